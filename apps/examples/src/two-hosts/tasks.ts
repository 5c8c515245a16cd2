import { setTimeout } from 'node:timers/promises'
import { currentTask, type Task, task } from '@conc/core'

/** Takes a while, and may be done twice: nothing but time is lost. */
export const square: Task<[number], Promise<number>> = task(
  'two-hosts/square',
  async (number: number) => {
    await setTimeout(5, undefined, { signal: currentTask()?.signal as AbortSignal })
    return number * number
  },
  { idempotent: true },
)

/** What must not be done twice, such as sending a letter. */
export const send: Task<[number], Promise<string>> = task(
  'two-hosts/send',
  async (number: number) => {
    await setTimeout(5, undefined, { signal: currentTask()?.signal as AbortSignal })
    return `letter ${number}`
  },
)
