import { GroupExistsError, GroupNotFoundError } from '../errors.js'
import type { Group } from './group.js'

/** The group of all submitted tasks: it has no callbacks and no signal, so no call may make it its own. */
export const submitGroup = 'submit'

/** The groups of a pool, by name, and the names that are given out by default. */
export class Groups {
  readonly #byName = new Map<string, Group>()
  /** Of each prefix, an index below which every name is taken. */
  readonly #taken = new Map<string, number>()

  get(name: string): Group | undefined {
    return this.#byName.get(name)
  }

  /** @throws {GroupNotFoundError} */
  find(name: string): Group {
    const group = this.#byName.get(name)
    if (group === undefined) throw new GroupNotFoundError(name)
    return group
  }

  /** @throws {GroupExistsError} */
  checkNew(name: string): void {
    if (name === submitGroup || this.#byName.has(name)) throw new GroupExistsError(name)
  }

  add(group: Group): void {
    this.#byName.set(group.name, group)
  }

  /** Frees the name. */
  remove(group: Group): void {
    if (this.#byName.get(group.name) !== group) return
    this.#byName.delete(group.name)
    const [, prefix, index] = /^(.*)-(\d+)$/s.exec(group.name) ?? []
    if (prefix === undefined) return
    const taken = this.#taken.get(prefix) ?? 0
    this.#taken.set(prefix, Math.min(taken, Number(index)))
  }

  /** `<prefix>-<i>` with the lowest index that is free. */
  freeName(prefix: string): string {
    let index = this.#taken.get(prefix) ?? 0
    while (this.#byName.has(`${prefix}-${index}`)) index++
    this.#taken.set(prefix, index)
    return `${prefix}-${index}`
  }

  *[Symbol.iterator](): Generator<Group, void, undefined> {
    yield* [...this.#byName.values()]
  }

  /** Keeps only the ids of which `isKept` holds, and the groups with an id or more to come. */
  forget(isKept: (id: number) => boolean): void {
    for (const group of this) {
      group.ids.keep([...group.ids].filter(isKept))
      if (group.ids.isEmpty && group.spawner === undefined) this.remove(group)
    }
  }
}
