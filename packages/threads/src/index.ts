export type { Summary, ThreadMetrics } from './pool/metrics.js'
export { ThreadExecutor } from './thread-executor.js'
export type { ThreadExecutorOptions } from './thread-options.js'
