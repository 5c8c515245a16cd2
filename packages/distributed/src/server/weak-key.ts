import { channels } from '@conc/core'
import { type ProofKeys, strongKeyBytes } from '../security/keys.js'

/** Says on the channel `conc:log` that whoever reaches the port may come in. @param server its name. */
export function warnOfWeakKey(server: string, keys: readonly ProofKeys[]): void {
  if (!channels.log.hasSubscribers) return
  const weakest = Math.min(...keys.map(({ byteLength }) => byteLength))
  if (weakest >= strongKeyBytes) return
  const what =
    weakest === 0
      ? 'has no key'
      : `has a key of ${weakest} byte${weakest === 1 ? '' : 's'}, which can be guessed`
  const message = `Server '${server}' ${what}: whoever reaches its port may call its tasks. Set an authkey of ${strongKeyBytes} bytes or more.`
  channels.log.publish({ ts: Date.now(), level: 'warn', pid: process.pid, pool: server, message })
}
