import { SerializationError, type Transferable } from '@conc/core'
import { findEmptied, findUncloneable, takeMoved, type Uncloneable } from '@conc/core/internal/base'
import { ChannelEnd } from '../channel/channel-end.js'
import type { LinkParts } from './messages.js'

/** An end of `duplex()`, as what sends values knows it. */
interface Passenger {
  detach(): LinkParts
  reattach(): void
}

/** Values made ready to be posted to another thread, with what is moved along. */
export interface Parcel {
  readonly values: readonly unknown[]
  readonly transfer: readonly Transferable[]
  /** Ends of channels among the values, by index. */
  readonly ends: ReadonlyMap<number, LinkParts>
}

/** What can be handed to another thread. */
export abstract class Portable<Send, Recv> extends ChannelEnd<Send, Recv> implements Passenger {
  abstract get isPortable(): boolean
  abstract detach(): LinkParts
  abstract reattach(): void
}

/**
 * Posts values by `post`. If that fails, nothing has left.
 *
 * @throws {SerializationError} names the path of what cannot travel.
 * @throws {ChannelStateError} an end among them is in use.
 */
export function postParcel(
  values: readonly unknown[],
  rootOf: (index: number) => string,
  listed: readonly Transferable[] | undefined,
  post: (parcel: Parcel) => void,
): void {
  const transfer = [...(listed ?? [])]
  for (const value of values) addMoved(transfer, takeMoved(value))
  refuseEmptied(values, rootOf, transfer)
  const passengers = portableOf(values)
  const ends = new Map<number, LinkParts>()
  try {
    for (const [index, end] of passengers) ends.set(index, end.detach())
    for (const { port } of ends.values()) transfer.push(port)
    const plain = values.map((value, index) => (ends.has(index) ? undefined : value))
    post({ values: plain, transfer, ends })
  } catch (error) {
    for (const index of ends.keys()) passengers.get(index)?.reattach()
    throw failure(error, values, rootOf, transfer)
  }
}

/** The refusal of one value, for errors that `postMessage` threw. */
function failure(
  cause: unknown,
  values: readonly unknown[],
  rootOf: (index: number) => string,
  transfer: readonly unknown[],
): unknown {
  if (!isRefusal(cause)) return cause
  for (const [index, value] of values.entries()) {
    if (value instanceof Portable && value.isPortable) continue
    const found = findUncloneable(value, rootOf(index), transfer)
    if (found) return unfit(found, 'cannot be copied to', cause)
  }
  const path = transfer.length > 0 ? 'transfer' : rootOf(0)
  return new SerializationError(`${path} cannot travel to another thread: ${cause.message}`, {
    path,
    cause,
  })
}

/** Whether `postMessage` itself threw it, and no getter of the value. */
function isRefusal(cause: unknown): cause is Error {
  if (cause instanceof DOMException || cause instanceof TypeError) return true
  return cause instanceof Error && 'code' in cause && cause.code === 'ERR_INVALID_TRANSFER_OBJECT'
}

/** @throws {SerializationError} Node would silently clone one of them to `{}`, or it is a channel that stays here. */
function refuseEmptied(
  values: readonly unknown[],
  rootOf: (index: number) => string,
  transfer: readonly unknown[],
): void {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    if (typeof value !== 'object' || value === null) continue
    const found = findEmptied(value, rootOf(index), transfer)
    if (found) throw unfit(found, 'would arrive empty in')
    refuseChannels(value, rootOf(index))
  }
}

function refuseChannels(value: object, path: string): void {
  if (value instanceof ChannelEnd) {
    if (!(value instanceof Portable && value.isPortable)) throw stays(path)
    return
  }
  if (Object.getPrototypeOf(value) !== Object.prototype) return
  for (const [key, property] of Object.entries(value)) {
    if (property instanceof ChannelEnd) throw stays(`${path}.${key}`)
  }
}

function stays(path: string): SerializationError {
  return new SerializationError(
    `${path} is a channel, which stays in its thread. Make a pair with duplex() and hand one end over, as an argument or as the value put.`,
    { path },
  )
}

function unfit({ path, what }: Uncloneable, trouble: string, cause?: unknown): SerializationError {
  return new SerializationError(`${path} is ${what}, which ${trouble} another thread.`, {
    path,
    ...(cause !== undefined && { cause }),
  })
}

function portableOf(values: readonly unknown[]): Map<number, Passenger> {
  const found = new Map<number, Passenger>()
  for (const [index, value] of values.entries()) {
    if (value instanceof Portable) found.set(index, value)
  }
  return found
}

function addMoved(transfer: Transferable[], moved: readonly Transferable[] | undefined): void {
  for (const one of moved ?? []) if (!transfer.includes(one)) transfer.push(one)
}
