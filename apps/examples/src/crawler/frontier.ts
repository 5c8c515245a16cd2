import { Queue } from '@conc/taskpool'

/** What was found and what is left to fetch: shared by all workers. */
export class Frontier {
  readonly queue: Queue<URL> = new Queue<URL>()
  readonly broken: { readonly path: string; readonly status: number }[] = []
  fetched = 0
  bytes = 0
  readonly #found = new Set<string>()
  readonly #milestones = new Map<number, () => void>()

  /** Queues a page, unless it was found before. */
  add(url: URL): void {
    if (this.#found.has(url.href)) return
    this.#found.add(url.href)
    this.queue.tryPut(url)
  }

  note(bytes: number): void {
    this.fetched++
    this.bytes += bytes
    this.#milestones.get(this.fetched)?.()
  }

  /** Resolves when this many pages were fetched. */
  async reached(pages: number): Promise<void> {
    if (this.fetched >= pages) return
    await new Promise<void>((resolve) => this.#milestones.set(pages, resolve))
  }
}
