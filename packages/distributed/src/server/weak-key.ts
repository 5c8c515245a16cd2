import type { PoolLog } from '../logs/pool-log.js'
import { type ProofKeys, strongKeyBytes } from '../security/keys.js'

/** Says that whoever reaches the port may come in. @param server its name. */
export function warnOfWeakKey(server: string, keys: readonly ProofKeys[], log: PoolLog): void {
  const weakest = Math.min(...keys.map(({ byteLength }) => byteLength))
  if (weakest >= strongKeyBytes) return
  const what =
    weakest === 0
      ? 'has no key'
      : `has a key of ${weakest} byte${weakest === 1 ? '' : 's'}, which can be guessed`
  log.say(
    'warn',
    `Server '${server}' ${what}: whoever reaches its port may call its tasks. Set an authkey of ${strongKeyBytes} bytes or more.`,
    { pool: server },
  )
}
