// Installs `conc` from packed tarballs into an empty prefix, as `npm i -g` does; takes a pool up, calls it, takes it down.
// Then does what the README says of five minutes in an empty folder, line by line.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packAll, packCommand } from './tarballs.mjs'

const folder = mkdtempSync(join(tmpdir(), 'command-'))
const prefix = join(folder, 'prefix')
const empty = mkdtempSync(join(tmpdir(), 'empty-'))

const tasks = `
import { task } from '@conc/core'
export const greet = task('demo/greet', (name) => 'Hello ' + name)
`
const session = `
set -eu
conc --version
conc pool up -m ./tasks.mjs -b 1 -n packed > up.txt &
pool=$!
until grep -q '^ready ' up.txt; do kill -0 $pool; sleep 0.1; done
conc ping -n packed
test "$(conc run demo/greet '"Ada"' -n packed --raw)" = 'Hello Ada'
conc pool down -n packed --wait
wait $pool
`

try {
  const packages = packAll(folder)
  const tarballs = [...packages, packCommand(folder)].map(({ filename }) => filename)
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  run('npm', ['install', '-g', '--prefix', prefix, ...quiet, ...tarballs])
  const core = packages.find(({ name }) => name === '@conc/core')
  writeFileSync(join(folder, 'package.json'), '{"private":true}')
  writeFileSync(join(folder, 'tasks.mjs'), tasks)
  run('npm', ['install', ...quiet, core.filename])
  run('bash', ['-c', session])
  const needed = ['@conc/core', '@conc/weave']
  const files = packages.filter(({ name }) => needed.includes(name)).map((one) => one.filename)
  run('npm', ['install', ...quiet, ...files], empty)
  run('bash', ['-c', fiveMinutes()], empty)
} finally {
  for (const one of [folder, empty]) rmSync(one, { recursive: true, force: true })
}

/** The commands of the README, but for what npm installs; the pool has to be there before the next block. */
function fiveMinutes() {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, section = ''] = /\n## Five minutes[^\n]*\n(.*?)\n## /s.exec(readme) ?? []
  const [install = '', ...blocks] = [...section.matchAll(/```sh\n(.*?)```/gs)].map(([, one]) => one)
  if (!install.startsWith('npm i') || blocks.length !== 3)
    throw new Error('Where are the commands?')
  const [files, up, calls] = blocks
  const ready = 'until conc ping --name calm 2>/dev/null; do kill -0 $!; sleep 0.1; done'
  return ['set -eux', files, up, ready, calls, 'wait $!'].join('\n')
}

function run(command, args, cwd = folder) {
  const env = {
    ...process.env,
    PATH: `${join(prefix, 'bin')}:${process.env.PATH}`,
    CONC_RUNTIME_DIR: join(folder, 'pools'),
  }
  execFileSync(command, args, { cwd, stdio: 'inherit', timeout: 120_000, env })
}
