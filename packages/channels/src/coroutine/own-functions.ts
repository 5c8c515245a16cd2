import { duplex } from '../linked/duplex.js'
import { after } from '../memory/after.js'
import { channel } from '../memory/memory-channel.js'
import { ticker } from '../memory/ticker.js'
import { recv, send } from '../select/cases.js'
import { select, trySelect } from '../select/select.js'
import { selectSync } from '../select/select-sync.js'
import { coroutine } from './coroutine.js'
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
