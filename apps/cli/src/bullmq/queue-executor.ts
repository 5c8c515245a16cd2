import { BullExecutor } from '@conc/bullmq'

/** What submits to a queue. @param queue default as everywhere. */
export function queueExecutor(url: string, queue: string | undefined): BullExecutor {
  return new BullExecutor({ url, ...(queue !== undefined && { queue }) })
}
