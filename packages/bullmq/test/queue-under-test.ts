import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  BullExecutor,
  type BullOptions,
  type BullWorker,
  type BullWorkerOptions,
  runBullWorker,
} from '@conc/bullmq'
import { afterEach, vi } from 'vitest'

export const url: string = process.env.REDIS_URL as string
export const tasksModule: URL = new URL('./fixtures/tasks.mjs', import.meta.url)

let lastQueue = 0
const closings: (() => Promise<unknown>)[] = []

afterEach(async () => {
  const open = closings.splice(0).reverse()
  for (const close of open) await close()
})

/** A queue of its own for one test; what is opened on it is closed after the test. */
export class QueueUnderTest {
  readonly where: { readonly url: string; readonly queue: string } = {
    url,
    queue: `test-${process.pid}-${lastQueue++}`,
  }

  executor(options: Partial<BullOptions> = {}): BullExecutor {
    const executor = new BullExecutor({ ...this.where, ...options } as BullOptions)
    closings.push(() => executor.close({ pending: 'reject', timeoutMs: 5000 }))
    return executor
  }

  async worker(options: Partial<BullWorkerOptions> = {}): Promise<BullWorker> {
    const worker = await runBullWorker({
      ...this.where,
      modules: [tasksModule],
      concurrency: 2,
      ...options,
    })
    closings.push(() => worker.close({ pending: 'reject' }))
    return worker
  }
}

/** Closes something after the test. */
export function later(close: () => Promise<unknown>): void {
  closings.push(close)
}

/** A file that bodies in threads and processes write lines to. */
export class Journal {
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'conc-bull-'))
  readonly file: string = join(this.#folder, 'journal')

  constructor() {
    closings.unshift(async () => rmSync(this.#folder, { recursive: true, force: true }))
  }

  get lines(): string[] {
    return existsSync(this.file) ? readFileSync(this.file, 'utf8').trimEnd().split('\n') : []
  }

  async has(line: string): Promise<void> {
    await vi.waitUntil(() => this.lines.includes(line), { timeout: 20_000, interval: 10 })
  }
}
