import { UnixControlClient } from '@conc/taskpool/control'
import type { CommandCall } from '../program/command-spec.js'
import { converse, type TaskpoolValues, tokenOf } from './prompt.js'

export async function run(call: CommandCall<TaskpoolValues>): Promise<number> {
  return await converse(new UnixControlClient(call.args[0] as string, tokenOf(call)), call)
}
