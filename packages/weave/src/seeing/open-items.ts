/** The items of mapped tasks that have started and not ended, in the order they started. */
export class OpenItems {
  readonly #byTask = new Map<number, Set<number>>()

  /** An item that is there already has another attempt. */
  add(task: number, item: number): void {
    const items = this.#byTask.get(task)
    if (items) items.add(item)
    else this.#byTask.set(task, new Set([item]))
  }

  remove(task: number, item: number): void {
    this.#byTask.get(task)?.delete(item)
  }

  /** Those of one task, which are then gone. */
  takenOf(task: number): number[] {
    const items = [...(this.#byTask.get(task) ?? [])]
    this.#byTask.delete(task)
    return items
  }

  /** All of them, which are then gone. */
  taken(): [task: number, item: number][] {
    const all = [...this.#byTask].flatMap(([task, items]) =>
      [...items].map((item): [number, number] => [task, item]),
    )
    this.#byTask.clear()
    return all
  }
}
