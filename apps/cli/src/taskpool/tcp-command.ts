import { TcpControlClient } from '@conc/taskpool/control'
import { port } from '../options/parsers.js'
import type { CommandCall } from '../program/command-spec.js'
import { converse, type TaskpoolValues, tokenOf } from './prompt.js'

export async function run(call: CommandCall<TaskpoolValues>): Promise<number> {
  const [host = '', at = ''] = call.args
  const client = new TcpControlClient(host, port(at, 'port') as number, tokenOf(call))
  return await converse(client, call)
}
