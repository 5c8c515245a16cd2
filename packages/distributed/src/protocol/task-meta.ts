import { isLevel, type Level } from '@conc/core/internal'
import { decodeMeta, encodeMeta, type Meta } from './meta.js'

/** What a TASK frame says beside the arguments. */
export interface TaskMeta {
  readonly name: string
  readonly version?: string | undefined
  /** The call it was made in, and how many there are above it; default 0. */
  readonly parent?: string | undefined
  readonly depth?: number | undefined
  /** Until the call times out, and until it is no longer worth starting. */
  readonly remainingMs?: number | undefined
  readonly startRemainingMs?: number | undefined
  readonly priority?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Context variables: bytes of one value each. */
  readonly vars?: ReadonlyMap<string, Uint8Array> | undefined
  readonly idempotencyKey?: string | undefined
  /** From 1, which is the default. */
  readonly attempt?: number | undefined
  readonly tags?: readonly string[] | undefined
  readonly tagMatch?: 'any' | undefined
  /** How much its submitter wants of the records of its body. */
  readonly log?: Level | undefined
  /** Somebody listens to the progress. */
  readonly progress?: true | undefined
}

type Check = (value: unknown) => boolean

const checks: { readonly [K in keyof Required<TaskMeta>]: Check } = {
  name: isText,
  version: isText,
  parent: isText,
  depth: isCount,
  remainingMs: isSpan,
  startRemainingMs: isSpan,
  priority: Number.isFinite,
  headers: isTexts,
  vars: isVars,
  idempotencyKey: isText,
  attempt: (value) => isCount(value) && value !== 0,
  tags: (value) => Array.isArray(value) && value.every(isText),
  tagMatch: (value) => value === 'any',
  log: isLevel,
  progress: (value) => value === true,
}

export function encodeTaskMeta(meta: TaskMeta): Uint8Array {
  return encodeMeta(meta as unknown as Meta)
}

/** `undefined` where an entry is missing or of the wrong type. Entries that are not known here are passed over. */
export function decodeTaskMeta(bytes: Uint8Array): TaskMeta | undefined {
  const meta = decodeMeta(bytes)
  if (meta === undefined) return undefined
  // Metas that are decoded once are checked once: they are frozen.
  if (last?.of === meta) return last.meta
  last = known.get(meta)
  if (last === undefined) {
    last = { of: meta, meta: asTaskMeta(meta) }
    known.set(meta, last)
  }
  return last.meta
}

interface Checked {
  readonly of: Meta
  readonly meta: TaskMeta | undefined
}

const known = new WeakMap<Meta, Checked>()
/** Calls of one task follow each other. */
let last: Checked | undefined

function asTaskMeta(meta: Meta): TaskMeta | undefined {
  if (meta.name === undefined) return undefined
  for (const [key, check] of Object.entries(checks)) {
    const value = meta[key]
    if (value !== undefined && !check(value)) return undefined
  }
  return meta as unknown as TaskMeta
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

/** Clocks are the senders': a span of 0 or less is one that is over. */
function isSpan(value: unknown): boolean {
  return typeof value === 'number' && !Number.isNaN(value)
}

function isTexts(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.values(value).every(isText)
}

function isVars(value: unknown): boolean {
  if (!(value instanceof Map)) return false
  for (const [name, bytes] of value) {
    if (!isText(name) || !(bytes instanceof Uint8Array)) return false
  }
  return true
}
