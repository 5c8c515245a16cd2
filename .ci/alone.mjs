// Installs each packed package alone, with npm and with pnpm, loads it on this Node and on the newest one, and prints
// what it weighs, which may be no more than `most` says.
import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodes } from './newest-node.mjs'
import { asDependencies, catalog, packAll } from './tarballs.mjs'

const folder = mkdtempSync(join(tmpdir(), 'alone-'))

/**
 * The most that a package may weigh in KiB, with sources and maps, and the most packages that it may bring along. It is a
 * little more than today: who needs more raises it here, and the commit says what for.
 */
const most = {
  '@conc/bullmq': { kib: 470, brings: 26 },
  '@conc/channels': { kib: 580, brings: 2 },
  '@conc/core': { kib: 1250, brings: 0 },
  '@conc/distributed': { kib: 1850, brings: 3 },
  '@conc/pool': { kib: 360, brings: 1 },
  '@conc/taskpool': { kib: 600, brings: 1 },
  '@conc/threads': { kib: 550, brings: 5 },
  '@conc/weave': { kib: 1530, brings: 1 },
  '@conc/wire': { kib: 220, brings: 1 },
}

try {
  const packages = packAll(folder)
  const programs = nodes(folder)
  for (const one of packages) {
    const project = installWithNpm(one, packages)
    for (const node of programs) load(node, project, one)
    installWithPnpm(one, packages)
    weigh(one, project)
  }
  console.log(`${packages.length} packages installed alone and loaded on ${programs.length} Nodes`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function installWithNpm(one, packages) {
  const cwd = projectOf(`npm-${one.folder}`, {
    dependencies: dependenciesOf(one),
    overrides: asDependencies(packages.filter(({ name }) => name !== one.name)),
  })
  npm(cwd)
  return cwd
}

function installWithPnpm(one, packages) {
  const cwd = projectOf(`pnpm-${one.folder}`, {
    dependencies: dependenciesOf(one),
    pnpm: { overrides: asDependencies(packages) },
  })
  run(
    'npx',
    ['-y', 'pnpm@10.34.9', 'install', '--ignore-workspace', '--silent', '--prefer-offline'],
    cwd,
  )
  load(process.execPath, cwd, one)
}

function dependenciesOf({ name, filename, manifest }) {
  const peers = Object.keys(manifest.peerDependencies ?? {}).filter(
    (peer) => !manifest.peerDependenciesMeta?.[peer]?.optional,
  )
  return {
    [name]: `file:${filename}`,
    ...Object.fromEntries(peers.map((peer) => [peer, catalog(peer)])),
  }
}

function projectOf(name, manifest) {
  const cwd = join(folder, name)
  mkdirSync(cwd)
  writeFileSync(
    join(cwd, 'package.json'),
    JSON.stringify({ private: true, type: 'module', ...manifest }),
  )
  return cwd
}

/** Every entry that its `exports` name. */
function load(node, cwd, { name, manifest }) {
  const entries = Object.keys(manifest.exports).filter((entry) => entry !== './package.json')
  for (const entry of entries) {
    // The kit registers tests, which only a test runner takes.
    if (entry === './conformance') continue
    run(node, ['--input-type=module', '-e', `await import('${join(name, entry)}')`], cwd)
  }
}

function weigh({ name }, cwd) {
  const own = statsOf(join(cwd, 'node_modules', name))
  const modules = join(cwd, 'node_modules')
  const brought = packagesIn(modules).filter((path) => path !== name)
  const kib = Math.ceil(own.bytes / 1024)
  console.log(
    `${name.padEnd(20)} ${String(kib).padStart(5)} KiB in ${own.files} files, brings ${brought.length}: ${brought.join(', ') || 'nothing'}`,
  )
  const limit = most[name]
  if (limit && kib <= limit.kib && brought.length <= limit.brings) return
  const allowed = limit ? `${limit.kib} KiB and ${limit.brings} packages` : 'nothing yet'
  throw new Error(`${name} is allowed ${allowed}: see the top of this file.`)
}

function packagesIn(modules) {
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@')
        ? readdirSync(join(modules, name)).map((one) => `${name}/${one}`)
        : [name],
    )
    .filter((name) => existsSync(join(modules, name, 'package.json')))
}

function statsOf(path) {
  const files = readdirSync(path, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.parentPath.includes('node_modules', path.length),
  )
  const bytes = files.reduce(
    (sum, { parentPath, name }) => sum + readFileSync(join(parentPath, name)).length,
    0,
  )
  return { files: files.length, bytes }
}

function npm(cwd) {
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'], cwd)
}

function run(command, args, cwd) {
  execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], timeout: 120_000 })
}
