import { pathTo, pathToEntry } from '@conc/core/internal'

/** How one gets from a container to what is in it. */
export type StepKind = 'property' | 'item' | 'mapKey' | 'mapValue' | 'member' | 'inside'

/** Steps that are kept for the next walk: most values are no deeper. */
const mostKept = 8

/** From one container into what it has: an object of fixed shape, as a step is noted for each value. */
class Step {
  kind: StepKind | undefined
  key: unknown
  container: object | undefined

  clear(): void {
    this.kind = undefined
    this.key = undefined
    this.container = undefined
  }
}

/** Where a walk through a value is: kept as it goes, made into a path only where something is wrong. */
export class Trail {
  /** How many containers are around the current value. */
  depth = 0
  #root = ''
  /** By depth. */
  readonly #steps: Step[] = []
  /** So many have been in use. */
  #deepest = 0

  /** The walk begins at `root`. */
  begin(root: string): void {
    this.#root = root
  }

  /** The walk is over, and nothing that it has come by is held any more. */
  end(): void {
    this.depth = 0
    if (this.#deepest > mostKept) this.#steps.length = mostKept
    for (let at = Math.min(this.#deepest, mostKept) - 1; at >= 0; at--) this.#steps[at]?.clear()
    this.#deepest = 0
  }

  /** The next value is reached from the container at `depth` by `key`. */
  step(depth: number, kind: StepKind, key?: unknown): void {
    this.depth = depth + 1
    const step = this.#stepAt(depth)
    step.kind = kind
    step.key = key
  }

  /** @returns `false` where `container` is one of those it is in. */
  enter(depth: number, container: object): boolean {
    for (let outer = 0; outer < depth; outer++) {
      if (this.#steps[outer]?.container === container) return false
    }
    this.#stepAt(depth).container = container
    return true
  }

  /** The path of the current value, or of the container around it at `depth`. */
  path(depth: number = this.depth): string {
    let path = this.#root
    for (let at = 0; at < depth; at++) path = this.#stepFrom(path, at)
    return path
  }

  /** The path of a container that `enter` refused to enter again. */
  pathOf(container: object): string {
    let depth = 0
    while (depth < this.depth && this.#steps[depth]?.container !== container) depth++
    return this.path(depth)
  }

  #stepAt(depth: number): Step {
    if (depth >= this.#deepest) {
      this.#deepest = depth + 1
      while (depth >= this.#steps.length) this.#steps.push(new Step())
    }
    return this.#steps[depth] as Step
  }

  #stepFrom(path: string, depth: number): string {
    const { kind, key } = this.#stepAt(depth)
    switch (kind) {
      case 'item':
        return `${path}[${String(key)}]`
      case 'mapKey':
        return `${path}.keys()`
      case 'mapValue':
        return pathToEntry(path, key)
      case 'member':
        return `${path}.values()`
      case 'property':
        return pathTo(path, String(key), false)
      default:
        return path
    }
  }
}
