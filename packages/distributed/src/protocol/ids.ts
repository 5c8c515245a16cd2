const range = 2 ** 32

/** Who opened the connection has the odd ids, the other side the even ones. 0 is the connection itself. */
export type Side = 'connecting' | 'listening'

/** Gives out the ids of one side. After 2^31 of them it begins again, with those that are free. */
export class IdSource {
  #next: number

  constructor(side: Side) {
    this.#next = side === 'connecting' ? 1 : 2
  }

  /** @param taken has the ids that are still in use. */
  take(taken: { has(id: number): boolean }): number {
    let id = this.#next
    while (taken.has(id)) id = following(id)
    this.#next = following(id)
    return id
  }
}

/** Whether `side` may give out `id`. */
export function isIdOf(side: Side, id: number): boolean {
  return id !== 0 && id % 2 === (side === 'connecting' ? 1 : 0)
}

function following(id: number): number {
  const next = id + 2
  if (next < range) return next
  return next % 2 === 1 ? 1 : 2
}
