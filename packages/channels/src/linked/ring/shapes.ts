/** The names of an object's properties, in order. A stream of objects that look alike sends them once. */
export type Shape = readonly string[]

/** Tells the other side that objects of this shape come under this number. */
export type Announce = (id: number, shape: Shape) => void

interface KnownShape {
  readonly id: number
  readonly keys: Shape
  /** The one that came after it last time: most streams repeat themselves. */
  following: KnownShape | undefined
}

const shapesAtMost = 255
const keysAtMost = 64

/** The sender's numbers of shapes. */
export class ShapeBook {
  readonly #known = new Map<string, KnownShape>()
  readonly #announce: Announce
  #last: KnownShape | undefined

  /** @param shapes what the other side knows already, by number. */
  constructor(announce: Announce, shapes: readonly Shape[]) {
    this.#announce = announce
    for (const shape of shapes) this.#number(JSON.stringify(shape), shape)
  }

  get shapes(): readonly Shape[] {
    return [...this.#known.values()].map(({ keys }) => keys)
  }

  /** @returns `undefined`: objects with these keys cannot go through the ring. */
  idOf(keys: Shape): number | undefined {
    const guess = this.#last?.following
    const shape = guess !== undefined && isSame(guess.keys, keys) ? guess : this.#find(keys)
    if (shape === undefined) return undefined
    if (this.#last !== undefined) this.#last.following = shape
    this.#last = shape
    return shape.id
  }

  #find(keys: Shape): KnownShape | undefined {
    if (keys.length > keysAtMost) return undefined
    const name = JSON.stringify(keys)
    return this.#known.get(name) ?? this.#add(name, keys)
  }

  #add(name: string, keys: Shape): KnownShape | undefined {
    // Set on an object, this one would change its prototype.
    if (this.#known.size >= shapesAtMost || keys.includes('__proto__')) return undefined
    const shape = this.#number(name, keys)
    this.#announce(shape.id, keys)
    return shape
  }

  #number(name: string, keys: Shape): KnownShape {
    const shape: KnownShape = { id: this.#known.size, keys, following: undefined }
    this.#known.set(name, shape)
    return shape
  }
}

function isSame(some: Shape, others: Shape): boolean {
  if (some.length !== others.length) return false
  for (let index = 0; index < some.length; index++) {
    if (some[index] !== others[index]) return false
  }
  return true
}
