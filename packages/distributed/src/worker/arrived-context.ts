import type { Rank, Slot } from '@conc/core/internal'
import { decodeVars } from '../link/context-bytes.js'
import type { LinkTaskMeta } from '../link/task-meta.js'
import type { Frame } from '../protocol/frame.js'
import { taskFlag } from '../protocol/frame-types.js'
import type { BodyContext } from './body.js'
import { BodyReader } from './body-reader.js'

/** What all bodies of one worker have. */
export interface WorkerSurroundings {
  readonly poolId: string
  slotFor(id: number): Slot
  readonly locks: object
}

/** What came with a TASK frame, as what its body has around it. */
export function arrivedContext(
  { id, flags }: Frame,
  meta: LinkTaskMeta,
  { poolId, slotFor, locks }: WorkerSurroundings,
): BodyContext {
  const { parent: parentId, attempt, remainingMs, headers, vars, progress } = meta
  return {
    id: `${poolId}-${id}`,
    kind: flags & taskFlag.duplex ? 'duplex' : flags & taskFlag.stream ? 'stream' : 'call',
    parentId,
    attempt,
    deadline: remainingMs === undefined ? undefined : Date.now() + remainingMs,
    startTimeoutMs: meta.startRemainingMs,
    rank: rankOf(meta),
    headers,
    vars: decodeVars(vars),
    wantsProgress: progress,
    slot: slotFor(id),
    locks,
    logs: meta.log && new BodyReader(id, meta.log),
  }
}

/** Nothing for most calls. */
function rankOf({ depth = 0, priority = 0 }: LinkTaskMeta): Rank | undefined {
  return depth === 0 && priority === 0 ? undefined : { depth, priority }
}
