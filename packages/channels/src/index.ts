export { after, ticker } from './after.js'
export { type Case, type Cases, recv, type Selected, send } from './cases.js'
export type {
  Channel,
  EndOptions,
  LinkedChannel,
  Moved,
  Received,
  SyncOptions,
  WaitOptions,
} from './channel.js'
export { type Body, coroutine, type Start } from './coroutine.js'
export { duplex } from './duplex.js'
export {
  ChannelClosedError,
  ChannelStateError,
  ChannelTimeoutError,
  UnshippableFunctionError,
  type UnshippableReason,
} from './errors.js'
export { go, type Ref, ref } from './go.js'
export { type ChannelOptions, channel, type Strategy } from './memory-channel.js'
export { type SelectOptions, select, trySelect } from './select.js'
export { selectSync } from './select-sync.js'
export { type Self, self, sleepSync } from './self.js'
export type { CoroutineOptions, GoOptions } from './start-options.js'
export { threadCache } from './thread-cache.js'
export type { ThreadChannel } from './thread-channel.js'
export type { ThreadCache } from './threads.js'
