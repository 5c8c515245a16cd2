import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname ?? '.ci', '..')

/** Packs every package. @returns where each tarball is, and what it is of. */
export function packAll(destination) {
  return readdirSync(join(root, 'packages')).map((folder) => pack('packages', folder, destination))
}

/** Packs `conc` itself. */
export function packCommand(destination) {
  return pack('apps', 'cli', destination)
}

function pack(group, folder, destination) {
  const cwd = join(root, group, folder)
  const args = ['-y', 'pnpm@10.34.9', 'pack', '--json', '--pack-destination', destination]
  const { filename } = JSON.parse(execFileSync('npx', args, { cwd, encoding: 'utf8' }))
  const manifest = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
  return { folder, name: manifest.name, manifest, filename, readme: join(cwd, 'README.md') }
}

/** The tarballs stand in for the registry: packages depend on their siblings by version. */
export function asDependencies(packages) {
  return Object.fromEntries(packages.map(({ name, filename }) => [name, `file:${filename}`]))
}

/** The version that the workspace has of something. */
export function catalog(name) {
  const text = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')
  const line = text
    .split('\n')
    .find((one) => one.trim().replaceAll('"', '').startsWith(`${name}: `))
  return line.slice(line.lastIndexOf(': ') + 2).trim()
}
