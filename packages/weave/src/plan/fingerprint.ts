import { createHash } from 'node:crypto'
import type { Plan } from './plan.js'

/** The same for the same names, edges and map sources, whatever the bodies and options are. */
export function fingerprint({ order, dependencies, tasks }: Plan): string {
  const facts = order.map((name) => {
    const { kind, over } = tasks[name] as Plan['tasks'][string]
    // How long a literal list is may change from run to run; which name it has may not.
    return [
      name,
      kind,
      typeof over === 'string' ? over : null,
      [...(dependencies[name] ?? [])].sort(),
    ]
  })
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex').slice(0, 16)
}
