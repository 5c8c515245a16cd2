import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ChannelEvent, channels } from '@conc/core'
import { deferred } from '@conc/core/internal'
import { onTestFinished } from 'vitest'

/** A folder for one test, with a gate that tasks wait at and a log that they write to. */
export class Lab {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  static async open(): Promise<Lab> {
    const folder = await mkdtemp(join(tmpdir(), 'conc-lab-'))
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    return new Lab(folder)
  }

  get gate(): string {
    return join(this.folder, 'gate')
  }

  get log(): string {
    return join(this.folder, 'log')
  }

  async openGate(): Promise<void> {
    await writeFile(this.gate, '')
  }

  async lines(): Promise<string[]> {
    const text = await readFile(this.log, 'utf8').catch(() => '')
    return text.split('\n').filter((line) => line !== '')
  }
}

/** `onProgress` as a promise: resolves with the first thing a body reports. */
export function firstReport(): { promise: Promise<unknown>; onProgress(data: unknown): void } {
  const { promise, resolve } = deferred<unknown>()
  return { promise, onProgress: resolve }
}

/** Resolves with the next event of this type about a worker. */
export function workerEvent(executor: string, type: string): Promise<ChannelEvent> {
  const { promise, resolve } = deferred<ChannelEvent>()
  const listener = (event: unknown): void => {
    const one = event as ChannelEvent
    if (one.executor !== executor || one.type !== type) return
    channels.worker.unsubscribe(listener)
    resolve(one)
  }
  channels.worker.subscribe(listener)
  onTestFinished(() => void channels.worker.unsubscribe(listener))
  return promise
}

/** Resolves when there is no such process any more; a zombie is none. */
export async function processGone(pid: number): Promise<void> {
  for (;;) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
    if (stat === undefined || stat.slice(stat.lastIndexOf(')') + 2)[0] === 'Z') return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
