import { frameType } from './frame-types.js'

/** How a call was asked for. */
export type CallKind = 'call' | 'stream' | 'duplex'

/** How far its runner says it is. An item or an end implies the start. */
export type CallStage = 'sent' | 'accepted' | 'started' | 'settled'

/**
 * What a frame of the runner makes of a call: `TASK ACCEPT? START? (YIELD* END | RESULT | ERROR)`, ERROR at any point,
 * PROGRESS between START and the end, CANCEL where the caller is to be told before the end. `undefined`: not here.
 */
export function stageAfter(stage: CallStage, kind: CallKind, type: number): CallStage | undefined {
  if (stage === 'settled') return undefined
  switch (type) {
    case frameType.accept:
      return stage === 'sent' ? 'accepted' : undefined
    case frameType.start:
      return stage === 'started' ? undefined : 'started'
    case frameType.progress:
      return 'started'
    case frameType.yield:
      return kind === 'call' ? undefined : 'started'
    case frameType.result:
      return kind === 'call' ? 'settled' : undefined
    case frameType.end:
      return kind === 'call' ? undefined : 'settled'
    case frameType.cancel:
      return stage
    case frameType.error:
      return 'settled'
    default:
      return undefined
  }
}

/** Whether the submitter of a live call may send a frame of this type about it. */
export function maySubmitterSend(kind: CallKind, type: number): boolean {
  switch (type) {
    case frameType.cancel:
      return true
    case frameType.next:
    case frameType.return:
    case frameType.throw:
      return kind !== 'call'
    case frameType.send:
      return kind === 'duplex'
    default:
      return false
  }
}
