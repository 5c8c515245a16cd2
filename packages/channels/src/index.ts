export type {
  Channel,
  EndOptions,
  LinkedChannel,
  Moved,
  Received,
  SyncOptions,
  WaitOptions,
} from './channel/channel.js'
export { type Body, coroutine, type Start } from './coroutine/coroutine.js'
export { go, type Ref, ref } from './coroutine/go.js'
export { type Self, self, sleepSync } from './coroutine/self.js'
export type { CoroutineOptions, GoOptions } from './coroutine/start-options.js'
export { threadCache } from './coroutine/thread-cache.js'
export type { ThreadChannel } from './coroutine/thread-channel.js'
export type { ThreadCache } from './coroutine/threads.js'
export {
  ChannelClosedError,
  ChannelStateError,
  ChannelTimeoutError,
  UnshippableFunctionError,
  type UnshippableReason,
} from './errors.js'
export { duplex } from './linked/duplex.js'
export { after } from './memory/after.js'
export { type ChannelOptions, channel, type Strategy } from './memory/memory-channel.js'
export { ticker } from './memory/ticker.js'
export { type Case, type Cases, recv, type Selected, send } from './select/cases.js'
export { type SelectOptions, select, trySelect } from './select/select.js'
export { selectSync } from './select/select-sync.js'
