export { describeExecutor } from './describe-executor.js'
export type { ConformanceOptions, CreateExecutor, ExecutorSetup } from './executor-setup.js'
export { BrokenPromiseError, type PromiseNumber } from './promises.js'
