import type { Bytes } from '@conc/core/internal'
import type { CallRequest } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'
import { decodeTaskMeta, encodeTaskMeta, type TaskMeta } from '../protocol/task-meta.js'

/** What a TASK frame between a pool and its workers says beside what all of them say. */
export interface LinkTaskMeta extends TaskMeta {
  /** The file that declares the task. */
  readonly module?: string | undefined
  /** The body that made the call, by its id on this link. */
  readonly body?: number | undefined
}

/** Most calls have nothing but their name along: those bytes are made once for each task. */
export class TaskMetaWriter {
  readonly #plain = new Map<string, Uint8Array>()

  /** @param module the file of the task, where the other side has not been told yet. */
  encode(request: CallRequest, module: string | undefined, body?: number): Uint8Array {
    if (body !== undefined || module !== undefined || !isPlain(request)) {
      return encodeTaskMeta(metaOf(request, module, body))
    }
    const known = this.#plain.get(request.task)
    if (known) return known
    const made = encodeTaskMeta({ name: request.task })
    if (this.#plain.size > mostPlain) this.#plain.clear()
    this.#plain.set(request.task, made)
    return made
  }
}

const mostPlain = 10_000

export function readTaskMeta(bytes: Uint8Array): LinkTaskMeta | undefined {
  return decodeTaskMeta(bytes)
}

function isPlain(request: CallRequest): boolean {
  return (
    request.vars === undefined &&
    request.headers === undefined &&
    request.parentId === undefined &&
    request.attempt === 1 &&
    request.depth === 0 &&
    request.priority === 0 &&
    request.deadline === undefined &&
    request.startTimeoutMs === undefined &&
    request.wantsProgress !== true &&
    request.version === undefined &&
    request.logLevel === undefined &&
    request.tags === undefined
  )
}

function metaOf(
  request: CallRequest,
  module: string | undefined,
  body: number | undefined,
): LinkTaskMeta {
  const { task: name, version, parentId: parent, headers, deadline, tags } = request
  return {
    name,
    module,
    body,
    version,
    parent,
    headers,
    tags,
    tagMatch: request.tagMatch,
    log: request.logLevel,
    depth: request.depth || undefined,
    remainingMs: deadline === undefined ? undefined : deadline - Date.now(),
    startRemainingMs: request.startTimeoutMs,
    priority: request.priority || undefined,
    vars: request.vars && new Map([...request.vars].map(([key, bytes]) => [key, inOne(bytes)])),
    attempt: request.attempt === 1 ? undefined : request.attempt,
    progress: request.wantsProgress || undefined,
  }
}

/** The variables that came with a call, for passing them on. */
export function varsOf({ vars }: TaskMeta): ReadonlyMap<string, Bytes> | undefined {
  return vars && new Map([...vars].map(([name, bytes]) => [name, [bytes]]))
}
