import type { Suite } from './harness/suite.js'

/** What `pnpm bench` runs, in this order. A new suite is a folder beside these and a line here. */
export const suites: readonly Suite[] = []
