import { bullmqSpecs } from '../bullmq/specs.js'
import { completionSpecs } from '../completion/specs.js'
import { poolSpecs } from '../pool/specs.js'
import { taskpoolSpecs } from '../taskpool/specs.js'
import { weaveSpecs } from '../weave/specs.js'
import type { CommandSpec } from './command-spec.js'

/** Every command there is, in the order of the help. */
export const commandTable: readonly CommandSpec[] = [
  ...poolSpecs,
  ...weaveSpecs,
  ...taskpoolSpecs,
  ...bullmqSpecs,
  ...completionSpecs,
]
