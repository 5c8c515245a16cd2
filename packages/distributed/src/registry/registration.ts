import { InvalidOptionError } from '@conc/core'
import { checkCount, checkKeys, checkObject } from '@conc/core/internal'

/** What the registry of running pools shows of a server beside what it knows itself. */
export interface Registration {
  /** Where pools are listed. Default `$XDG_RUNTIME_DIR/conc/pools`, else in the temporary folder. */
  readonly folder?: string
  /** Worker processes. Default 0. */
  readonly breadth?: number
  /** Where its tasks come from. Default none. */
  readonly modules?: readonly string[]
}

/** @throws {InvalidOptionError} */
export function registrationOf(register: boolean | Registration = false): Registration | undefined {
  if (typeof register === 'boolean') return register ? {} : undefined
  checkObject('register', register)
  checkKeys('register', register, ['folder', 'breadth', 'modules'])
  const { folder, breadth, modules = [] } = register
  if (folder !== undefined && (typeof folder !== 'string' || folder === '')) {
    throw new InvalidOptionError('register.folder', 'a path', folder)
  }
  if (breadth !== undefined) checkCount('register.breadth', breadth)
  if (!Array.isArray(modules) || modules.some((one) => typeof one !== 'string')) {
    throw new InvalidOptionError('register.modules', 'a list of strings', modules)
  }
  return register
}
