import { deserialize, serialize } from 'node:v8'
import type { Level } from '@conc/core/internal'
import { bytesOf } from './packed.js'

/** A run that is asked for elsewhere. Plain data. */
export interface Request {
  readonly id: string
  readonly weave: string
  /** URL of the file that declares it. */
  readonly module: string
  readonly where: 'thread' | 'process' | 'detached'
  /** What each task waits for, and what that comes to: both sides have to mean the same weave. */
  readonly dependencies: Readonly<Record<string, readonly string[]>>
  readonly fingerprint: string
  readonly graceMs: number
  /** Epoch ms that the run ends by. */
  readonly deadline?: number
  /** Whether the parent wants the events. */
  readonly hasListener: boolean
  /** How much is wanted of what its bodies say. */
  readonly logLevel: Level
  /** Epoch ms. */
  readonly askedAt: number
  readonly values: RequestValues
  /** Of detached runs. */
  readonly detached?: DetachedRequest
}

interface RequestValues {
  /** Input values that were given to the weave after its name. */
  readonly bound: Readonly<Record<string, unknown>>
  readonly inputs: Readonly<Record<string, unknown>>
  /** Options of `run` that are plain data. */
  readonly options: Readonly<Record<string, unknown>>
  /** Values of context variables, by name. */
  readonly vars: ReadonlyMap<string, unknown>
}

export interface DetachedRequest {
  readonly resultFile: string
  readonly onDone?: { readonly task: string; readonly module: string }
}

/** @throws {SerializationError} with the path to a value that cannot travel: `inputs.socket`. */
export function checkValues({ weave, values }: Request): void {
  const owner = { weave, started: false }
  for (const [name, value] of Object.entries(values.bound)) bytesOf(value, `inputs.${name}`, owner)
  for (const [name, value] of Object.entries(values.inputs)) bytesOf(value, `inputs.${name}`, owner)
  for (const [name, value] of Object.entries(values.options)) bytesOf(value, name, owner)
  for (const [name, value] of values.vars) bytesOf(value, `contextVar('${name}')`, owner)
}

/** All of it in one piece, so that what its values share stays shared. */
export function requestBytes(request: Request): Uint8Array {
  return serialize(request)
}

export function requestFrom(bytes: Uint8Array): Request {
  return deserialize(bytes) as Request
}
