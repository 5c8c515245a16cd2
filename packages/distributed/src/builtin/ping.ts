import { type Task, task } from '@conc/core'

/** Does nothing, wherever it runs: what is left is the way there and back. */
export const pingTask: Task<[], void> = task('conc/ping', () => {}, { idempotent: true })
