/** What a frame is about. With the high bit set, a type that the receiver does not know is ignored. */
export const frameType = {
  hello: 0x01,
  welcome: 0x02,
  task: 0x10,
  accept: 0x11,
  start: 0x12,
  result: 0x13,
  error: 0x14,
  cancel: 0x15,
  progress: 0x16,
  next: 0x19,
  yield: 0x1a,
  send: 0x1b,
  throw: 0x1c,
  return: 0x1d,
  end: 0x1e,
  acquire: 0x20,
  grant: 0x21,
  release: 0x22,
  lost: 0x23,
  lockOp: 0x24,
  stats: 0x30,
  load: 0x31,
  stop: 0x32,
  goAway: 0x33,
  log: 0x34,
  boot: 0x40,
  ready: 0x41,
  fatal: 0x42,
  withdrawn: 0x43,
  suspend: 0x44,
  resume: 0x45,
} as const

/** Flags of a TASK frame. */
export const taskFlag = { stream: 1, duplex: 2 } as const

const known: ReadonlySet<number> = new Set(Object.values(frameType))

/** Whether a frame of this type is to be passed over in silence: unknown here, and marked as such by its sender. */
export function isIgnorable(type: number): boolean {
  return type >= 0x80 && !known.has(type)
}

export function isKnown(type: number): boolean {
  return known.has(type)
}

/** The name of a type, for messages: `TASK`. */
export function frameName(type: number): string {
  const found = Object.entries(frameType).find(([, value]) => value === type)
  return found ? found[0].toUpperCase() : `0x${type.toString(16).padStart(2, '0')}`
}
