import type { Bytes } from '@conc/core/internal'
import type { CallRequest } from '../coordinator/call-request.js'
import type { CallKind } from '../protocol/call-grammar.js'
import type { Frame } from '../protocol/frame.js'
import { taskFlag } from '../protocol/frame-types.js'
import { aloneBytes } from '../protocol/limits.js'
import { decodeTaskMeta } from '../protocol/task-meta.js'

/** The call that a TASK frame asks for; `undefined` where its meta says nothing of the kind. */
export function taskRequest(frame: Frame): CallRequest | undefined {
  const meta = decodeTaskMeta(frame.meta)
  if (meta === undefined) return undefined
  const { name: task, version, vars, headers, parent, remainingMs } = meta
  return {
    task,
    version,
    kind: kindOf(frame.flags),
    args: [frame.bodyLength < aloneBytes ? frame.copyBody() : frame.body],
    vars: vars && new Map([...vars].map(([key, bytes]) => [key, [bytes]] as [string, Bytes])),
    headers,
    parentId: parent,
    depth: meta.depth ?? 0,
    attempt: meta.attempt ?? 1,
    deadline: remainingMs === undefined ? undefined : Date.now() + remainingMs,
    startTimeoutMs: meta.startRemainingMs,
    priority: meta.priority ?? 0,
    tags: meta.tags,
    tagMatch: meta.tagMatch,
    logLevel: meta.log,
    wantsProgress: meta.progress,
    idempotencyKey: meta.idempotencyKey,
  }
}

function kindOf(flags: number): CallKind {
  if (flags & taskFlag.duplex) return 'duplex'
  return flags & taskFlag.stream ? 'stream' : 'call'
}
