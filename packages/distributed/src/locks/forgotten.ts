/** Names that were warned of, and when. */
const warned = new Map<string, number>()
const againAfterMs = 60_000
const mostNames = 1000

/** A task that ended has left names behind: each is told of once in a minute. */
export function warnOfForgotten(names: readonly string[], task?: string): void {
  const now = performance.now()
  for (const name of names) {
    const before = warned.get(name)
    if (before !== undefined && now - before < againAfterMs) continue
    if (warned.size >= mostNames) warned.clear()
    warned.set(name, now)
    const who = task === undefined ? 'A session' : `Task '${task}'`
    process.emitWarning(`${who} ended and had not released '${name}', which was done for it.`, {
      code: 'CONC_FORGOTTEN_LOCK',
    })
  }
}
