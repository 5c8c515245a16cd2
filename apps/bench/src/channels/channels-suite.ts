import { type Suite, sized } from '../harness/suite.js'
import { besideGo } from './go-channels.js'
import { handOff } from './hand-off.js'
import { movedBytes } from './moved-bytes.js'
import { blockingPingPong, pingPong } from './ping-pong.js'
import { selecting } from './selecting.js'
import { coldStart, warmStart } from './starts.js'
import { blocking, fromThread, nestedObjects, toThread } from './streams.js'

export const channelsSuite: Suite = {
  name: 'channels',
  about: 'items between two threads and inside of one',
  paths: (size) => {
    const streamed = sized(size, 100, 5000, 50_000, 200_000)
    const rounds = sized(size, 10, 200, 2000, 10_000)
    return [
      besideGo(fromThread(streamed), { capacity: 1024, cores: 2 }),
      toThread(streamed),
      blocking(streamed),
      nestedObjects(sized(size, 10, 200, 2000, 10_000)),
      pingPong(rounds),
      blockingPingPong(rounds),
      movedBytes(sized(size, 3, 50, 200, 1000)),
      besideGo(handOff(0, streamed), { capacity: 0, cores: 1 }),
      besideGo(handOff(1024, streamed), { capacity: 1024, cores: 1 }),
      selecting(streamed),
      warmStart(sized(size, 3, 50, 300, 1000)),
      coldStart(sized(size, 2, 3, 10, 20)),
    ]
  },
}
