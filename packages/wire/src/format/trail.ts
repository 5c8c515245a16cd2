import { pathTo, pathToEntry } from '@conc/core/internal'

/** How one gets from a container to what is in it. */
export type StepKind = 'property' | 'item' | 'mapKey' | 'mapValue' | 'member' | 'inside'

/** Where a walk through a value is: kept as it goes, made into a path only where something is wrong. */
export class Trail {
  /** How many containers are around the current value. */
  depth = 0
  readonly #root: string
  // With room for what most values need: an empty list makes room for seventeen with its first item.
  readonly #kinds: (StepKind | undefined)[] = [undefined, undefined]
  readonly #keys: unknown[] = [undefined, undefined]
  readonly #containers: (object | undefined)[] = [undefined, undefined]

  constructor(root: string) {
    this.#root = root
  }

  /** The next value is reached from the container at `depth` by `key`. */
  step(depth: number, kind: StepKind, key?: unknown): void {
    this.depth = depth + 1
    this.#kinds[depth] = kind
    this.#keys[depth] = key
  }

  /** @returns `false` where `container` is one of those it is in. */
  enter(depth: number, container: object): boolean {
    for (let outer = 0; outer < depth; outer++) {
      if (this.#containers[outer] === container) return false
    }
    this.#containers[depth] = container
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
    return this.path(this.#containers.indexOf(container))
  }

  #stepFrom(path: string, at: number): string {
    const key = this.#keys[at]
    switch (this.#kinds[at]) {
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
