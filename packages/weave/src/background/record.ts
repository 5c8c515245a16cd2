import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { deserialize, serialize } from 'node:v8'
import { decodeError, type EncodedError, type ErrorEnvelope } from '@conc/core'
import type { Outcome } from '../result/settled-result.js'
import type { BackgroundReport, BackgroundStatus } from './background-report.js'
import type { Packed } from './packed.js'
import { outcomeFrom, type PackedOutcome } from './report.js'

/** A structured clone in base64. */
interface Clone {
  readonly clone: string
}

/** An error for whoever opens the file, and as a clone of its envelope. */
interface RecordError extends Clone {
  readonly name?: string
  readonly message?: string
}

type RecordValue = Clone | { readonly failure: RecordError }

type RecordOutcome =
  | { readonly status: 'fulfilled'; readonly value: RecordValue }
  | {
      readonly status: 'rejected' | 'cancelled'
      readonly reason: RecordError
      readonly attempts: number
      readonly partial?: RecordValue
    }
  | { readonly status: 'skipped'; readonly because?: string }

/** The result file of a detached run. */
export interface RunRecord {
  readonly version: 1
  readonly id: string
  readonly weave: string
  readonly pid: number
  /** Tells the process from a later one with the same id; absent where that cannot be known. */
  readonly birth?: string
  readonly status: BackgroundStatus
  readonly exitCode?: number
  readonly startedAt: string
  readonly endedAt?: string
  readonly error?: RecordError
  readonly tasks: Readonly<Record<string, RecordOutcome>>
}

/** Replaces the file as a whole: readers see the record before or this one. Only this user can read it. */
export function writeRecord(file: string, record: RunRecord): void {
  replaceFile(file, `${JSON.stringify(record, null, 2)}\n`)
}

export function replaceFile(file: string, content: string | Uint8Array): void {
  const draft = `${file}.${process.pid}.tmp`
  const descriptor = openSync(draft, 'w', 0o600)
  try {
    writeFileSync(descriptor, content)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(draft, file)
}

export function recordError(encoded: EncodedError): RecordError {
  const { name, message } = encoded as Partial<ErrorEnvelope>
  return { ...(name !== undefined && { name, message: message ?? '' }), ...cloneOf(encoded) }
}

export function recordOutcome(
  outcome: PackedOutcome,
  reasons: readonly EncodedError[],
): RecordOutcome {
  if (outcome.status === 'skipped') return outcome
  if (outcome.status === 'fulfilled') {
    return { status: 'fulfilled', value: recordValue(outcome.value) }
  }
  const { status, attempts, partial } = outcome
  const reason = recordError(reasons[outcome.reason] as EncodedError)
  return { status, reason, attempts, ...(partial && { partial: recordValue(partial) }) }
}

export function reportFrom({ birth: _, error, tasks, ...facts }: RunRecord): BackgroundReport {
  const outcomes: Record<string, Outcome<unknown>> = Object.create(null)
  for (const [name, outcome] of Object.entries(tasks)) outcomes[name] = readOutcome(outcome)
  return { ...facts, ...(error && { error: readError(error) }), tasks: outcomes }
}

function readOutcome(outcome: RecordOutcome): Outcome<unknown> {
  if (outcome.status === 'skipped') return outcome
  if (outcome.status === 'fulfilled') {
    return outcomeFrom({ status: 'fulfilled', value: readValue(outcome.value) }, [])
  }
  const { status, reason, attempts, partial } = outcome
  const rest = { attempts, ...(partial && { partial: readValue(partial) }) }
  return outcomeFrom({ status, reason: 0, ...rest }, [readError(reason)])
}

function readError(error: RecordError): unknown {
  return decodeError(envelopeOf(error))
}

/** A reader with another version of Node may not understand the clone: name and message are there too. */
function envelopeOf({ clone, name = 'Error', message = '' }: RecordError): EncodedError {
  try {
    return deserialize(Buffer.from(clone, 'base64')) as EncodedError
  } catch {
    return { thrown: 'error', kind: 'other', type: name, name, message }
  }
}

function recordValue(value: Packed): RecordValue {
  if ('failure' in value) return { failure: recordError(value.failure) }
  return { clone: Buffer.from(value.bytes).toString('base64') }
}

function readValue(value: RecordValue): Packed {
  if ('failure' in value) return { failure: envelopeOf(value.failure) }
  return { bytes: Buffer.from(value.clone, 'base64') }
}

function cloneOf(value: unknown): Clone {
  return { clone: serialize(value).toString('base64') }
}
