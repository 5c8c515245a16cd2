import type { CommandCall } from '../program/command-spec.js'
import type { RedisValues } from './redis-options.js'
import { forEachJob } from './with-dead-letters.js'

export function run(call: CommandCall<RedisValues>): Promise<number> {
  return forEachJob(call, (letters, id) => letters.remove(id))
}
