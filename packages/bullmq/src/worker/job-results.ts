import { type Payload, pack } from '../envelope/payload.js'
import { signed } from '../envelope/signature.js'
import type { TakenJob } from './taken-job.js'

/** Larger results go to the blob store: every submitter reads every event. */
const limits = { inlineBytes: 16 * 1024, maxPayloadBytes: 16 * 1024 * 1024 }

/** How long a blob is kept where the job does not say; seconds. */
const usualAge = 600

/** What a result is stored as. */
export type Result = Payload & { readonly v: 1; readonly s?: string }

/** Turns what a body gives into parts of its job, or into blobs. */
export class JobResults {
  readonly #taken: TakenJob
  #blobs = 0

  constructor(taken: TakenJob) {
    this.#taken = taken
  }

  result(value: unknown): Result | Promise<Result> {
    const payload = this.#packed(value, 'result')
    return payload instanceof Promise
      ? payload.then((stored) => this.#signed(stored))
      : this.#signed(payload)
  }

  item(value: unknown): Payload | Promise<Payload> {
    return this.#packed(value, 'item')
  }

  #signed(payload: Payload): Result {
    const { id, host } = this.#taken
    return signed({ v: 1 as const, ...payload }, `result ${id}`, host.settings.signingKey)
  }

  #packed(value: unknown, root: 'result' | 'item'): Payload | Promise<Payload> {
    const { name: task, host } = this.#taken
    const packed = pack(value, root, limits, { task, executor: host.name, started: true })
    return packed.isInline ? packed.payload : this.#blob(packed.bytes, root)
  }

  async #blob(bytes: Uint8Array, root: string): Promise<Payload> {
    const { job, host } = this.#taken
    const { removeOnComplete } = job.opts
    const hasAge = typeof removeOnComplete === 'object' && 'age' in removeOnComplete
    const id = `${job.id}-${root}-${this.#blobs++}`
    await host.blobs.put(id, bytes, (hasAge ? removeOnComplete.age : usualAge) * 1000)
    return { r: id }
  }
}
