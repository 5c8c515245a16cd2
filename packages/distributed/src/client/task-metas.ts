import type { CallRequest } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'
import { encodeTaskMeta, type TaskMeta } from '../protocol/task-meta.js'

interface PlainMeta extends Pick<CallRequest, 'version' | 'logLevel'> {
  readonly bytes: Uint8Array
}

const mostPlainMetas = 10_000

/** What TASK frames say beside arguments. Most calls say nothing but the name of their task: those bytes are made once. */
export class TaskMetas {
  /** By task. */
  readonly #plainMetas = new Map<string, PlainMeta>()

  /** @param startMs what is left of the time in which it has to start. */
  of(request: CallRequest, startMs: number | undefined): Uint8Array {
    if (!isPlain(request)) return encodeTaskMeta(taskMetaOf(request, startMs))
    const { task, version, logLevel } = request
    const known = this.#plainMetas.get(task)
    if (known && known.version === version && known.logLevel === logLevel) return known.bytes
    const bytes = encodeTaskMeta(taskMetaOf(request))
    if (this.#plainMetas.size >= mostPlainMetas) this.#plainMetas.clear()
    this.#plainMetas.set(task, { version, logLevel, bytes })
    return bytes
  }
}

function isPlain(request: CallRequest): boolean {
  const { deadline, headers, vars, parentId, attempt, priority, depth } = request
  return (
    deadline === undefined &&
    headers === undefined &&
    vars === undefined &&
    parentId === undefined &&
    attempt === 1 &&
    priority === 0 &&
    depth === 0 &&
    request.tags === undefined &&
    request.idempotencyKey === undefined &&
    !request.wantsProgress &&
    request.startTimeoutMs === undefined
  )
}

/** @param startMs what is left of the time in which it has to start. */
function taskMetaOf(request: CallRequest, startMs?: number): TaskMeta {
  const { task, version, parentId, depth, deadline, priority, headers, vars, attempt } = request
  return {
    name: task,
    version,
    parent: parentId,
    depth: depth || undefined,
    startRemainingMs: startMs,
    remainingMs: deadline === undefined ? undefined : Math.max(deadline - Date.now(), 0),
    priority: priority || undefined,
    headers,
    vars: vars && new Map([...vars].map(([name, bytes]) => [name, inOne(bytes)])),
    idempotencyKey: request.idempotencyKey,
    attempt: attempt === 1 ? undefined : attempt,
    tags: request.tags,
    tagMatch: request.tagMatch,
    log: request.logLevel,
    progress: request.wantsProgress || undefined,
  }
}
