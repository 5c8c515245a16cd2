import { processState } from '@conc/core/internal'
import type { RunArguments } from '../builder/compilation.js'
import type { Plan } from '../plan/plan.js'
import type { WeaveRun } from '../run/run.js'
import type { Inputs } from './lineage.js'

/** A weave as others find it by its name. */
export interface DeclaredWeave {
  /** @param values input values that were given after the name. */
  plan(values: Inputs): Plan
  /** Starts a run. @throws {WeavePlanError} @throws {MissingInputError} */
  begin(values: Inputs, args: RunArguments): WeaveRun
}

/** Every weave that this process (thread) has named; where a module was evaluated again, its last one. */
export const declaredWeaves: Map<string, DeclaredWeave> = processState('weaves', () => new Map())
