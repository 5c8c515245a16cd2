/**
 * State of the whole process (thread): made once, found by every copy of this package.
 * Two versions of core in one program then share registry, ambient executor and context.
 */
export function processState<T>(key: string, create: () => T): T {
  const symbol = Symbol.for(`conc.${key}`)
  const holder = globalThis as unknown as Record<symbol, T | undefined>
  const existing = holder[symbol]
  if (existing !== undefined) return existing
  const made = create()
  Object.defineProperty(globalThis, symbol, { value: made, configurable: true })
  return made
}
