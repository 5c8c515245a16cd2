import { spawnSync } from 'node:child_process'

/** A command that runs another one. */
export type Prefix = readonly [command: string, ...args: string[]]

let found: { readonly prefix: Prefix | undefined } | undefined

/**
 * What keeps a program, and all that it starts, on one core of those that this process may use. `undefined` where the
 * system has no `taskset`.
 *
 * For round trips: whoever waits sleeps, and what it costs to wake one that slept on another core depends on the machine and
 * on where its scheduler happened to put both, for minutes at a time; that can be several times what any library adds.
 */
export function oneCore(): Prefix | undefined {
  found ??= { prefix: prefixOf(allowedCores()) }
  return found.prefix
}

function prefixOf(cores: string): Prefix | undefined {
  // Such as `0-3,6`.
  const last = /(\d+)$/.exec(cores)?.[1]
  return last === undefined ? undefined : ['taskset', '--cpu-list', last]
}

function allowedCores(): string {
  const asked = spawnSync('taskset', ['--cpu-list', '--pid', `${process.pid}`], {
    encoding: 'utf8',
  })
  return asked.status === 0 ? asked.stdout.trim() : ''
}
