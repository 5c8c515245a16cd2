export type { Summary, ThreadMetrics } from './metrics.js'
export { ThreadExecutor } from './thread-executor.js'
export type { ThreadExecutorOptions } from './thread-options.js'
