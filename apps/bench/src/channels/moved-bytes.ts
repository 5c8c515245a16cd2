import type { Path } from '../harness/suite.js'
import { timedPath } from '../harness/timed-path.js'
import { handThread, messagesOf } from './by-hand.js'

const mebibyte = 2 ** 20

/** A mebibyte there and back, moved both ways. */
export function movedBytes(rounds: number): Path {
  return timedPath<number>({
    name: 'moved',
    title: `${rounds} round trips of 1 MiB, moved`,
    unit: 'round',
    items: rounds,
    judgedBy: 'wallUs',
    check: (length) => {
      if (length !== mebibyte) throw new Error(`Expected ${mebibyte} bytes, got ${length}.`)
    },
    contestants: [
      {
        name: 'postMessage',
        role: 'floor',
        prepare: async (count) => {
          const worker = handThread()
          let bytes = new Uint8Array(mebibyte)
          return async () => {
            for (let i = 0; i < count; i++) {
              worker.postMessage(bytes, [bytes.buffer])
              await messagesOf<Uint8Array<ArrayBuffer>>(worker, 1, (message) => {
                bytes = message
              })
            }
            return bytes.length
          }
        },
      },
      {
        name: 'put, get',
        role: 'ours',
        goal: { timesFloor: 1.4 },
        prepare: async (count) => {
          const { bytesEcho } = await import('./coroutines.js')
          const channel = bytesEcho()
          let bytes = new Uint8Array(mebibyte)
          return async () => {
            for (let i = 0; i < count; i++) {
              void channel.put(bytes, { transfer: [bytes.buffer] })
              bytes = (await channel.get()) as Uint8Array<ArrayBuffer>
            }
            return bytes.length
          }
        },
      },
    ],
  })
}
