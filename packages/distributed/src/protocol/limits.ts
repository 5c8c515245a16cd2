const kib = 1024
const mib = 1024 * kib

/** Sizes in bytes, times in ms, of the protocol itself; what users may choose is in the options. */
export const protocolVersion = 1
/** What the first request of a connection says; the same major version is needed. */
export const protocolName = '1.0'

/** Frames of one turn share a message up to here. */
export const messageBytes: number = mib
export const messageFrames = 4096
/** A frame of this size goes alone: its body is not copied before it is written. */
export const aloneBytes: number = 64 * kib
/** What a message may have beyond its payloads: its header, a frame's header and meta. */
const overheadBytes = 128 * kib
export const metaBytes: number = 64 * kib
/** Of that, what a client may say of a call: more than fits along with one, and whoever passes it on has room for more. */
export const taskMetaBytes: number = 48 * kib

/** The largest message where that is the payload limit: one large payload, or the small ones of a turn. */
export function largestMessage(maxPayloadBytes: number): number {
  return Math.max(maxPayloadBytes, messageBytes) + overheadBytes
}

export const unacknowledgedBytes: number = 8 * mib
export const unsentBytes: number = 8 * mib
export const ackMessages = 64
export const ackMs = 100

/** Frames that break a rule of their id; one more closes the connection. */
export const badFrames = 100

/** Of headers and context variables that travel with a call. */
export const contextEntries = 64
export const contextBytes: number = 8 * kib

export const closeCode = {
  normal: 1000,
  goingAway: 1001,
  protocol: 1002,
  tooManyBadFrames: 1008,
  tooLarge: 1009,
} as const
