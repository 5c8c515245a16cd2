import { addExtension, Packr } from 'msgpackr/pack'

/** A tag of this package and what follows it. */
export class Tagged {
  readonly tag: number
  readonly content: unknown

  constructor(tag: number, content: unknown) {
    this.tag = tag
    this.content = content
  }
}

/** A tag that nothing follows. */
export class Bare {
  readonly tag: number

  constructor(tag: number) {
    this.tag = tag
  }
}

interface Room {
  readonly target: Uint8Array
  readonly position: number
}

function writeTag(tag: number, room: Room): void {
  room.target[room.position] = 0xd4
  room.target[room.position + 1] = tag
  room.target[room.position + 2] = 0
}

// A name in place of a number: no number that msgpackr reads for itself changes its meaning.
const type = '@conc/wire' as unknown as number

addExtension({
  Class: Tagged,
  type,
  pack(
    this: unknown,
    value: Tagged,
    room: (bytes: number) => Room,
    pack: (value: unknown) => void,
  ) {
    writeTag(value.tag, room(3))
    pack(value.content)
  },
} as unknown as Parameters<typeof addExtension>[0])

addExtension({
  Class: Bare,
  type,
  pack(this: unknown, value: Bare, room: (bytes: number) => Room) {
    writeTag(value.tag, room(3))
  },
} as unknown as Parameters<typeof addExtension>[0])

const packer = new Packr({
  useRecords: false,
  moreTypes: true,
  variableMapSize: true,
  useToJSON: false,
})

const pooledBytes = 2048
let isPacking = false

/**
 * @param byteLength how long the result will be.
 * @param longest the longest string in it, in bytes: msgpackr wants three times its length while writing it.
 */
export function pack(value: unknown, byteLength: number, longest: number): Uint8Array {
  // Inside of another call, by way of a getter: msgpackr then sees to its buffers itself.
  if (isPacking || byteLength <= pooledBytes) return packPooled(value)
  try {
    packer.useBuffer(Buffer.allocUnsafeSlow(byteLength + 3 * longest + 4096))
    return packPooled(value)
  } finally {
    // Otherwise msgpackr goes on in the big one, and each later result, however short, keeps it alive.
    packer.useBuffer(Buffer.allocUnsafeSlow(8192))
  }
}

function packPooled(value: unknown): Uint8Array {
  const outer = isPacking
  isPacking = true
  try {
    return packer.pack(value)
  } finally {
    isPacking = outer
  }
}
