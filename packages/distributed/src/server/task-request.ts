import type { Bytes, Level } from '@conc/core/internal'
import { decode } from '@conc/wire'
import type { CallRequest } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'
import type { CallKind } from '../protocol/call-grammar.js'
import type { Frame } from '../protocol/frame.js'
import { taskFlag } from '../protocol/frame-types.js'
import { aloneBytes, taskMetaBytes } from '../protocol/limits.js'
import { decodeTaskMeta, type TaskMeta } from '../protocol/task-meta.js'

/**
 * The call that a TASK frame asks for. Most are begun while their message is being taken: until that is over, the arguments
 * stay where they came, and are decoded there.
 */
export class TaskRequest implements CallRequest {
  readonly kind: CallKind
  vars: ReadonlyMap<string, Bytes> | undefined
  readonly deadline: number | undefined
  readonly #meta: TaskMeta
  #frame: Frame | undefined
  #args: Bytes | undefined
  #isRead = false

  private constructor(frame: Frame, meta: TaskMeta) {
    const { vars, remainingMs } = meta
    this.kind = kindOf(frame.flags)
    this.vars = vars && new Map([...vars].map(([key, bytes]) => [key, [bytes]] as [string, Bytes]))
    this.deadline = remainingMs === undefined ? undefined : Date.now() + remainingMs
    this.#meta = meta
    this.#frame = frame
  }

  /** `undefined` where its meta says nothing of the kind, or too much. */
  static of(frame: Frame): TaskRequest | undefined {
    const meta = frame.meta.length > taskMetaBytes ? undefined : decodeTaskMeta(frame.meta)
    return meta && new TaskRequest(frame, meta)
  }

  get task(): string {
    return this.#meta.name
  }

  get version(): string | undefined {
    return this.#meta.version
  }

  get headers(): Readonly<Record<string, string>> | undefined {
    return this.#meta.headers
  }

  get parentId(): string | undefined {
    return this.#meta.parent
  }

  get depth(): number {
    return this.#meta.depth ?? 0
  }

  get attempt(): number {
    return this.#meta.attempt ?? 1
  }

  get startTimeoutMs(): number | undefined {
    return this.#meta.startRemainingMs
  }

  get priority(): number {
    return this.#meta.priority ?? 0
  }

  get tags(): readonly string[] | undefined {
    return this.#meta.tags
  }

  get tagMatch(): 'any' | undefined {
    return this.#meta.tagMatch
  }

  get logLevel(): Level | undefined {
    return this.#meta.log
  }

  get wantsProgress(): boolean | undefined {
    return this.#meta.progress
  }

  get idempotencyKey(): string | undefined {
    return this.#meta.idempotencyKey
  }

  get args(): Bytes {
    this.#args ??= [bodyOf(this.#frame)]
    return this.#args
  }

  /** @throws {SerializationError} */
  decodedArgs(): unknown {
    this.#isRead = true
    if (this.#args === undefined && this.#frame) return this.#frame.decodeBody('args')
    return decode(inOne(this.args), { root: 'args' })
  }

  /** Its message is kept no longer. Arguments that were decoded meanwhile are not there as bytes any more. */
  leaveMessage(): void {
    if (!this.#isRead) this.#args ??= [bodyOf(this.#frame)]
    this.#frame = undefined
  }
}

/** The argument list of a call, as a value. @throws {SerializationError} */
export function argsOf(request: CallRequest): unknown {
  if (request instanceof TaskRequest) return request.decodedArgs()
  return decode(inOne(request.args), { root: 'args' })
}

/** A large one came alone: its message holds nothing else. */
function bodyOf(frame: Frame | undefined): Uint8Array {
  if (frame === undefined) throw new Error('The arguments were decoded, and their bytes are gone.')
  return frame.bodyLength < aloneBytes ? frame.copyBody() : frame.body
}

function kindOf(flags: number): CallKind {
  if (flags & taskFlag.duplex) return 'duplex'
  return flags & taskFlag.stream ? 'stream' : 'call'
}
