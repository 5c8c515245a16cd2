import { setImmediate as turn } from 'node:timers/promises'
import type { ChannelEnd } from '../channel/channel-end.js'

type Source = ChannelEnd<never, unknown>

/** Gives the sources that can be read, round by round, until all have ended. */
export async function* readableSources(
  sources: readonly Source[],
): AsyncGenerator<Source, void, undefined> {
  const left = new Set(sources)
  for (let first = 0; left.size > 0; first++) {
    const ready = withoutEnded(left)
    if (left.size === 0) return
    if (ready.length === 0) {
      await oneReadable([...left])
      continue
    }
    const before = takenFrom(ready)
    for (const source of oneRound(ready, first, left)) yield source
    // Nobody took anything: let others run before saying the same again.
    if (takenFrom(ready) === before) await turn()
  }
}

/** Drops the sources that ended well, and gives those that can be read. */
function withoutEnded(left: Set<Source>): Source[] {
  const ready: Source[] = []
  for (const source of left) {
    const end = source.endReached()
    if (end !== undefined && end.error === undefined) left.delete(source)
    else if (source.isReadable()) ready.push(source)
  }
  return ready
}

/** Those that can still be read when it is their turn, each once. Drops from `left` what has ended. */
function* oneRound(
  ready: readonly Source[],
  first: number,
  left: Set<Source>,
): Generator<Source, void, undefined> {
  // One further each time, so that none is always last.
  for (let index = 0; index < ready.length; index++) {
    const source = ready[(first + index) % ready.length] as Source
    if (!source.isReadable()) continue
    const end = source.endReached()
    if (end !== undefined) left.delete(source)
    if (end === undefined || end.error !== undefined) yield source
  }
}

function takenFrom(sources: readonly Source[]): number {
  return sources.reduce((sum, source) => sum + source.takenCount, 0)
}

/** Resolves when one of them has something. Waits in none of them afterwards. */
function oneReadable(sources: readonly Source[]): Promise<void> {
  return new Promise((resolve) => {
    const told = (): void => {
      for (const source of sources) source.unwatch(told)
      resolve()
    }
    for (const source of sources) source.watch(told)
    if (sources.some((source) => source.isReadable())) told()
  })
}
