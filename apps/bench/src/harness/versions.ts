import { readFileSync } from 'node:fs'

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

// Two folders up from here is this app, both from src and from dist.
const app = new URL('../../', import.meta.url)

/** The installed version of everything this app depends on: ours and the peers. */
export function installedVersions(): Record<string, string> {
  const names = Object.keys(manifest('package.json').dependencies ?? {})
  return Object.fromEntries(
    names.map((name) => [name, manifest(`node_modules/${name}/package.json`).version]),
  )
}

function manifest(path: string): Manifest {
  return JSON.parse(readFileSync(new URL(path, app), 'utf8')) as Manifest
}
