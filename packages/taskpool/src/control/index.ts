export {
  type ConnectOptions,
  ControlClient,
  type ControlClientOptions,
  type RequestOptions,
} from './client/control-client.js'
export { TcpControlClient } from './client/tcp-control-client.js'
export { UnixControlClient } from './client/unix-control-client.js'
export { ControlAddressError, ControlCommandError, ControlError } from './errors.js'
export { type PromptIo, runControlPrompt } from './prompt/run-control-prompt.js'
export { type ControlAddress, ControlServer } from './server/control-server.js'
export type { AnyFunction, ControlServerOptions } from './server/server-options.js'
export { TcpControlServer, type TcpControlServerOptions } from './server/tcp-control-server.js'
export { UnixControlServer, type UnixControlServerOptions } from './server/unix-control-server.js'
