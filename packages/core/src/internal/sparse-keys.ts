const lastIndex = '4294967294'

/**
 * To be called before a property whose name a peer has chosen is set. Properties that are named by an index live in a
 * list with room for the indices below, so that seven bytes of a frame would take twelve thousand of memory; once the
 * object has had a very high index it keeps them in a table.
 *
 * @param indices how many such properties the object has.
 * @returns whether `key` is one.
 */
export function keepSparse(object: object, key: string, indices: number): boolean {
  const first = key.charCodeAt(0)
  if (!(first >= 0x30 && first <= 0x39) || key.length > lastIndex.length) return false
  const index = Number(key)
  if (String(index) !== key) return false
  if (index > 4 * indices + 8 && !Object.hasOwn(object, lastIndex)) {
    Object.defineProperty(object, lastIndex, { configurable: true, writable: true })
    delete (object as Record<string, unknown>)[lastIndex]
  }
  return true
}
