export { type Report, type ReportOptions, report } from './report.js'
export type { ReportJSON, RunJSON, SpanJSON, TaskJSON } from './report-json.js'
