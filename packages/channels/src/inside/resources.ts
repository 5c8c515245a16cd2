import { setImmediate as turn } from 'node:timers/promises'

let atBoot: ReadonlyMap<string, number> | undefined

/** Remembers what holds this thread before any coroutine has run in it. */
export async function noteResources(): Promise<void> {
  atBoot = await countResources()
}

/** Whether a coroutine has left anything running: timers, sockets, files. */
export async function isAsAtBoot(): Promise<boolean> {
  for (const [name, count] of await countResources()) {
    if (count > (atBoot?.get(name) ?? 0)) return false
  }
  return true
}

/** After two turns: a port that was closed is gone only then. */
async function countResources(): Promise<Map<string, number>> {
  await turn()
  await turn()
  const counts = new Map<string, number>()
  for (const name of process.getActiveResourcesInfo()) {
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return counts
}
