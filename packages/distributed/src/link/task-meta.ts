import type { Bytes } from '@conc/core/internal'
import type { CallRequest } from '../coordinator/call-request.js'
import { inOne } from '../coordinator/fault.js'
import { decodeMeta, encodeMeta, type Meta } from '../protocol/meta.js'

/** What goes along with a call to or from a worker. */
export interface TaskMeta {
  readonly name: string
  readonly module?: string
  readonly version?: string
  /** The body that made the call, by its id on this link. */
  readonly parent?: number
  /** What `currentTask().parentId` says. */
  readonly parentId?: string
  readonly depth?: number
  /** Milliseconds that are left. */
  readonly remaining?: number
  readonly priority?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly context?: Readonly<Record<string, Uint8Array>>
  readonly attempt?: number
  readonly tags?: readonly string[]
  readonly progress?: true
}

/** Most calls have nothing but their name along: those bytes are made once for each task. */
export class TaskMetaWriter {
  readonly #plain = new Map<string, Uint8Array>()

  encode(request: CallRequest, parent?: number): Uint8Array {
    if (parent !== undefined || !isPlain(request)) return encodeMeta(metaOf(request, parent))
    const key = `${request.task} ${request.module ?? ''}`
    const known = this.#plain.get(key)
    if (known) return known
    const made = encodeMeta(metaOf(request, parent))
    if (this.#plain.size > mostPlain) this.#plain.clear()
    this.#plain.set(key, made)
    return made
  }
}

const mostPlain = 10_000

export function readTaskMeta(bytes: Uint8Array): TaskMeta | undefined {
  const meta: (Meta & Partial<TaskMeta>) | undefined = decodeMeta(bytes)
  return typeof meta?.name === 'string' ? (meta as TaskMeta) : undefined
}

function isPlain({ vars, headers, parentId, attempt, ...request }: CallRequest): boolean {
  return (
    !vars &&
    !headers &&
    parentId === undefined &&
    attempt === 1 &&
    request.depth === 0 &&
    request.deadline === undefined &&
    !request.wantsProgress &&
    request.version === undefined
  )
}

function metaOf(request: CallRequest, parent: number | undefined): Record<string, unknown> {
  const { task: name, module, version, parentId, headers, deadline, priority, attempt } = request
  return {
    name,
    module,
    version,
    parent,
    parentId,
    headers,
    depth: request.depth || undefined,
    remaining: deadline === undefined ? undefined : Math.max(deadline - Date.now(), 0),
    priority: priority || undefined,
    context: request.vars && contextOf(request.vars),
    attempt: attempt === 1 ? undefined : attempt,
    tags: request.tags,
    progress: request.wantsProgress || undefined,
  }
}

function contextOf(vars: ReadonlyMap<string, Bytes>): Record<string, Uint8Array> {
  return Object.fromEntries([...vars].map(([name, bytes]) => [name, inOne(bytes)]))
}
