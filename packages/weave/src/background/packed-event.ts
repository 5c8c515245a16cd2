import { decodeError, type EncodedError, encodeError } from '@conc/core'
import type { WeaveEvent } from '../seeing/weave-event.js'
import { defineUnpacked, type Packed, packed } from './packed.js'

/** An event on its way: without the values of tasks, errors as plain data. */
export interface PackedEvent {
  readonly facts: object
  readonly error?: EncodedError
  readonly reason?: EncodedError
  readonly data?: Packed
}

/** What crosses of an event: everything but `deps` and `value`. */
export function packedEvent(event: WeaveEvent, weave: string): PackedEvent {
  const { deps, value, error, reason, data, ...facts } = event as WeaveEvent & EventValues
  const owner = { weave, started: true }
  return {
    facts,
    ...('error' in event && { error: encodeError(error) }),
    ...('reason' in event && { reason: encodeError(reason) }),
    ...('data' in event && { data: packed(data, 'progress', owner) }),
  }
}

export function eventFrom({ facts, error, reason, data }: PackedEvent): WeaveEvent {
  const event: object = { ...facts }
  if (error) Object.assign(event, { error: decodeError(error) })
  if (reason) Object.assign(event, { reason: decodeError(reason) })
  if (data) defineUnpacked(event, 'data', data)
  return event as WeaveEvent
}

interface EventValues {
  readonly deps?: unknown
  readonly value?: unknown
  readonly error?: unknown
  readonly reason?: unknown
  readonly data?: unknown
}
