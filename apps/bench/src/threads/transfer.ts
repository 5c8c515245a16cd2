import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { comlinkApis, piscina, rpc, threads } from './callers.js'

type Bytes = Uint8Array<ArrayBuffer>

const size = 1024 * 1024

/** One mebibyte moved to a thread and back, written to there. */
export function transfer(items: number): Path {
  return timedPath<Bytes>({
    name: 'transfer',
    title: `${items} times 1 MiB moved to a thread and back`,
    unit: 'round trip',
    items,
    judgedBy: 'wallUs',
    isOnOneCore: true,
    check: (bytes) => {
      if (bytes.byteLength !== size || bytes[0] !== 7) throw new Error('The bytes are not back.')
    },
    contestants: [
      mover('bare port RPC', 'floor', async () => {
        const made = await rpc()
        return (bytes) => made.call('stamp', [bytes], [bytes.buffer]) as Promise<Bytes>
      }),
      {
        ...mover('ThreadExecutor', 'ours', async () => {
          const made = await threads()
          const { stampTask } = await import('./tasks.js')
          return (bytes) => made.submit(stampTask, [bytes], { transfer: [bytes.buffer] })
        }),
        goal: { timesFloor: 1.5 },
      },
      mover('piscina', 'peer', async () => {
        const made = await piscina('sync')
        return (bytes) => made.run(bytes, { name: 'stamp', transferList: [bytes.buffer] })
      }),
      mover('comlink', 'peer', async () => {
        const [api] = await comlinkApis()
        const { default: comlink } = await import('comlink')
        if (api === undefined) throw new Error('There is no thread.')
        return (bytes) => api.stamp(comlink.transfer(bytes, [bytes.buffer]))
      }),
    ],
  })
}

function mover(
  name: string,
  role: TimedContestant<Bytes>['role'],
  open: () => Promise<(bytes: Bytes) => Promise<Bytes>>,
): TimedContestant<Bytes> {
  return {
    name,
    role,
    prepare: async (count) => {
      const move = await open()
      let bytes = new Uint8Array(size)
      return async () => {
        bytes[0] = 0
        for (let i = 0; i < count; i++) bytes = await move(bytes)
        return bytes
      }
    },
  }
}
