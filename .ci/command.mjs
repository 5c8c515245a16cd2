// Installs `conc` from packed tarballs into an empty prefix, as `npm i -g` does; takes a pool up, calls it, takes it down.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packAll, packCommand } from './tarballs.mjs'

const folder = mkdtempSync(join(tmpdir(), 'command-'))
const prefix = join(folder, 'prefix')

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
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function run(command, args) {
  const env = {
    ...process.env,
    PATH: `${join(prefix, 'bin')}:${process.env.PATH}`,
    CONC_RUNTIME_DIR: join(folder, 'pools'),
  }
  execFileSync(command, args, { cwd: folder, stdio: 'inherit', timeout: 120_000, env })
}
