import type { MessagePort } from 'node:worker_threads'
import type { EncodedError } from '@conc/core'
import type { LogRecord, ThreadLogs, TravelContext } from '@conc/core/internal/base'
import type { LinkParts, PortlessParts } from '../linked/messages.js'
import type { SourceProgram } from '../source/program.js'

/** How a thread gets the function. */
export type WorkSource =
  | {
      readonly kind: 'coroutine' | 'task' | 'export'
      readonly name: string
      readonly module: string | undefined
    }
  | { readonly kind: 'source'; readonly name: string; readonly program: SourceProgram }

/** To a thread: run this. */
export interface StartMessage {
  readonly work: WorkSource
  readonly args: readonly unknown[]
  /** Arguments that are ends of channels, by index. */
  readonly ends: ReadonlyMap<number, LinkParts>
  readonly channel: PortlessParts
  /** What shipped source has around it, by name. */
  readonly scope: ReadonlyMap<string, unknown> | undefined
  readonly context: TravelContext | undefined
}

/** What a thread is made with. */
export interface ThreadData {
  /** One word that the thread sets to 1 when it can run coroutines. */
  readonly ready: Int32Array<SharedArrayBuffer>
  /** Of the channels that its coroutines have, one after the other. */
  readonly port: MessagePort
  /** It may be given to another coroutine after the first. */
  readonly isShared: boolean
  readonly logs: ThreadLogs
}

/** From a thread. */
export type ThreadMessage =
  | SettledMessage
  | { readonly type: 'finished'; readonly isReusable: boolean }
  | { readonly type: 'said'; readonly record: LogRecord }

/** The body has ended. */
export type SettledMessage = Outcome & {
  readonly type: 'settled'
  /** `finished` follows at once: nothing is to be delivered or waited for. */
  readonly isLast: boolean
}

type Outcome =
  | {
      readonly ok: true
      readonly value: unknown
      readonly end: LinkParts | undefined
    }
  | {
      readonly ok: false
      readonly error: EncodedError
      /** It ended because it was told to. */
      readonly isClean: boolean
    }
