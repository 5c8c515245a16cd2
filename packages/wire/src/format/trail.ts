import { pathTo, pathToEntry } from '@conc/core/internal'

/** How one gets from a container to what is in it. */
export type StepKind = 'property' | 'item' | 'mapKey' | 'mapValue' | 'member' | 'inside'

/** Of a list that is kept for the next walk: most are no deeper than two containers. */
const mostKept = 6

/** Where a walk through a value is: kept as it goes, made into a path only where something is wrong. */
export class Trail {
  /** How many containers are around the current value. */
  depth = 0
  #root = ''
  /** By depth: kind, key, and the container. */
  #steps: unknown[] = []

  /** The walk begins at `root`. */
  begin(root: string): void {
    this.#root = root
  }

  /** The walk is over, and nothing that it has come by is held any more. */
  end(): void {
    this.depth = 0
    const { length } = this.#steps
    if (length > mostKept) this.#steps = []
    else for (let at = 0; at < length; at++) this.#steps[at] = undefined
  }

  /** The next value is reached from the container at `depth` by `key`. */
  step(depth: number, kind: StepKind, key?: unknown): void {
    this.depth = depth + 1
    const at = depth * 3
    this.#steps[at] = kind
    this.#steps[at + 1] = key
  }

  /** @returns `false` where `container` is one of those it is in. */
  enter(depth: number, container: object): boolean {
    for (let outer = 0; outer < depth; outer++) {
      if (this.#steps[outer * 3 + 2] === container) return false
    }
    this.#steps[depth * 3 + 2] = container
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
    while (depth < this.depth && this.#steps[depth * 3 + 2] !== container) depth++
    return this.path(depth)
  }

  #stepFrom(path: string, depth: number): string {
    const [kind, key] = this.#steps.slice(depth * 3)
    switch (kind as StepKind | undefined) {
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
