import { decodeError, WorkerLostError } from '@conc/core'
import { bootThread, thrownText } from '@conc/core/internal'
import { type DeclaredWeave, declaredWeaves } from '../../named/declared-weaves.js'
import { WeaveNotPortableError } from '../background-errors.js'
import type { Request } from '../request.js'

/**
 * The weave that a request asks for, found by importing its module.
 *
 * @throws {WorkerLostError} the module cannot be imported; `cause` is what it threw.
 * @throws {WeaveNotPortableError} it does not declare the name, or declares another weave under it.
 */
export async function findWeave(request: Request): Promise<DeclaredWeave> {
  const { weave, module, where, values } = request
  const { failure } = await bootThread({ role: `${where} of weave '${weave}'`, modules: [module] })
  if (failure) throw importFailed(request, decodeError(failure))
  const found = declaredWeaves.get(weave)
  if (found === undefined) throw undeclared(request)
  const plan = found.plan(values.bound)
  if (plan.fingerprint !== request.fingerprint) throw otherShape(request, plan.dependencies)
  return found
}

function importFailed({ weave, module }: Request, cause: unknown): WorkerLostError {
  const message = `Weave '${weave}' could not start: importing ${module} failed: ${thrownText(cause)}`
  return new WorkerLostError(message, { started: false, retryable: false, cause })
}

function undeclared({ weave, module }: Request): WeaveNotPortableError {
  const known = [...declaredWeaves.keys()].join(', ') || 'none'
  return new WeaveNotPortableError(
    `Importing ${module} does not declare a weave '${weave}' (declared: ${known}). Call .named() at the top level of the module, not inside a function.`,
  )
}

function otherShape(
  { weave, module, dependencies }: Request,
  there: Request['dependencies'],
): WeaveNotPortableError {
  const names = [...new Set([...Object.keys(dependencies), ...Object.keys(there)])]
  const tasks = names.filter((name) => edges(dependencies[name]) !== edges(there[name]))
  const list = tasks.map((name) => `'${name}'`).join(', ')
  return new WeaveNotPortableError(
    `Weave '${weave}' has another plan where ${module} was imported anew: another version of it, or one that was shaped by values of this process. Different: ${list || 'what is mapped over'}.`,
    { tasks },
  )
}

function edges(names: readonly string[] | undefined): string | undefined {
  return names && [...names].sort().join('\n')
}
