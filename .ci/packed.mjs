// Packs every package, installs the tarballs into an empty project, type-checks and runs the examples of their READMEs there:
// the types also with the oldest TypeScript that the README names, the programs also on the newest Node.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodes } from './newest-node.mjs'
import { asDependencies, catalog, packAll, root } from './tarballs.mjs'

const project = mkdtempSync(join(tmpdir(), 'packed-'))
const tsconfig = {
  compilerOptions: {
    target: 'es2022',
    lib: ['es2023', 'esnext.disposable'],
    module: 'nodenext',
    types: ['node'],
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    rootDir: 'src',
    outDir: 'out',
  },
  include: ['src'],
}

/** As the root README says of TypeScript. */
const olderCompilers = [
  { name: 'typescript-5.9', version: '5.9.3', flags: [] },
  { name: 'typescript-5.4', version: '5.4.5', flags: ['--skipLibCheck'] },
]

let redis

try {
  const packages = packAll(project)
  install(packages)
  const readmes = [...packages, { folder: 'root', readme: join(root, 'README.md') }]
  const examples = readmes.flatMap(writeExamples)
  writeEntries(packages)
  run('npx', ['tsc', '-p', 'tsconfig.json'])
  for (const { name, version, flags } of olderCompilers) {
    run('node', [join('node_modules', name, 'lib/tsc.js'), '-p', '.', '--noEmit', ...flags])
    console.log(`types checked by TypeScript ${version} ${flags.join(' ')}`)
  }
  redis = await startRedis()
  for (const node of nodes(project)) runAll(examples, node)
  console.log(
    `${packages.length} packages installed, ${examples.length} README examples checked and run`,
  )
} finally {
  redis?.stop()
  rmSync(project, { recursive: true, force: true })
}

function runAll(examples, node) {
  console.log(execFileSync(node, ['--version'], { encoding: 'utf8' }))
  for (const example of examples) {
    console.log(`-- ${example}`)
    run(node, [join('out', `${example}.js`)], { REDIS_URL: redis.url })
  }
}

function install(packages) {
  const local = asDependencies(packages)
  const manifest = {
    private: true,
    type: 'module',
    dependencies: local,
    overrides: local,
    devDependencies: {
      bullmq: catalog('bullmq'),
      ioredis: catalog('ioredis'),
      '@types/node': catalog('@types/node'),
      typescript: catalog('typescript'),
      ...Object.fromEntries(
        olderCompilers.map(({ name, version }) => [name, `npm:typescript@${version}`]),
      ),
    },
  }
  write('package.json', JSON.stringify(manifest, null, 2))
  write('tsconfig.json', JSON.stringify(tsconfig, null, 2))
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'])
}

/** Each fenced `ts` or `js` block of a README that begins with an import is a program of its own. */
function writeExamples({ folder, readme }) {
  const text = readFileSync(readme, 'utf8')
  const programs = [...text.matchAll(/^```(ts|js)\n(import [\s\S]*?)^```/gm)]
  return programs.map(([, language, code], index) => {
    const name = `${folder}-${index + 1}`
    write(language === 'ts' ? join('src', `${name}.ts`) : join('out', `${name}.js`), code)
    return name
  })
}

/** A module that has everything public, so that all of the declarations are checked. */
function writeEntries(packages) {
  const entries = packages.flatMap(({ name, manifest }) =>
    Object.keys(manifest.exports)
      .filter((entry) => entry !== './package.json')
      .map((entry) => join(name, entry)),
  )
  const lines = entries.map((entry, at) => `export * as entry${at} from '${entry}'\n`)
  write(join('src', 'entries.ts'), lines.join(''))
}

function write(path, text) {
  mkdirSync(join(project, path, '..'), { recursive: true })
  writeFileSync(join(project, path), text)
}

function run(command, args, env = {}) {
  const options = { cwd: project, stdio: 'inherit', timeout: 120_000 }
  execFileSync(command, args, { ...options, env: { ...process.env, ...env } })
}

/** The Redis of `REDIS_URL`, else one on a free loopback port: what the example of @conc/bullmq runs on. */
async function startRedis() {
  if (process.env.REDIS_URL) return { url: process.env.REDIS_URL, stop() {} }
  const port = await freePort()
  const flags = ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--dir', project]
  const server = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const text of server.stdout) if (`${text}`.includes('Ready to accept')) break
  server.stdout.resume()
  return { url: `redis://127.0.0.1:${port}`, stop: () => server.kill() }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  return port
}
