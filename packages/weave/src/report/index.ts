export { RunTrace } from '../seeing/run-trace.js'
export type { TaskTrace } from '../seeing/task-trace.js'
export { type Report, type ReportOptions, report } from './report.js'
export type { ReportJSON, RunJSON, SpanJSON, TaskJSON } from './report-json.js'
