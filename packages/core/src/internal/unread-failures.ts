const unread = new Map<object, string>()

// What was collected was read by nobody, for certain.
const collected = new FinalizationRegistry<object>((key) => warn(key))

/**
 * Something failed that is told through `source` only, and nobody has read that yet. Warns once if nobody ever does.
 *
 * @param key names this failure to `wasRead`; must not lead to `source`.
 */
export function expectReader(source: object, key: object, message: string): void {
  if (unread.size === 0) process.on('beforeExit', warnAll)
  unread.set(key, message)
  collected.register(source, key, key)
}

/** Somebody reads. */
export function wasRead(key: object): void {
  collected.unregister(key)
  forget(key)
}

function warnAll(): void {
  for (const key of [...unread.keys()]) warn(key)
}

function warn(key: object): void {
  const message = unread.get(key)
  if (message === undefined) return
  forget(key)
  process.emitWarning(message, { type: 'ConcWarning', code: 'CONC_UNREAD_FAILURE' })
}

function forget(key: object): void {
  unread.delete(key)
  if (unread.size === 0) process.off('beforeExit', warnAll)
}
