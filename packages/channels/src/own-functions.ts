import { after, ticker } from './after.js'
import { recv, send } from './cases.js'
import { coroutine } from './coroutine.js'
import { duplex } from './duplex.js'
import { channel } from './memory-channel.js'
import { select, trySelect } from './select.js'
import { selectSync } from './select-sync.js'
import { self, sleepSync } from './self.js'

/** Functions of this package that shipped source may have in its scope: the thread takes its own of that name. */
export const ownFunctions: ReadonlyMap<unknown, string> = new Map<unknown, string>(
  Object.entries({
    after,
    channel,
    coroutine,
    duplex,
    recv,
    select,
    selectSync,
    self,
    send,
    sleepSync,
    ticker,
    trySelect,
  }).map(([name, fn]) => [fn, name]),
)
