import { InvalidOptionError } from '@conc/core'
import { checkKeys, checkObject } from '@conc/core/internal'

/** Options of `named`. */
export interface NamedOptions {
  /** The file that declares the weave, as a URL or absolute path. Default: the file that called `named`. */
  readonly module?: string | URL
}

/** @throws {InvalidOptionError} */
export function checkNamedOptions(options: unknown): asserts options is NamedOptions {
  checkObject('options', options)
  checkKeys('options', options, ['module'])
  const { module } = options as { module?: unknown }
  if (module === undefined || module instanceof URL) return
  if (typeof module === 'string' && module !== '') return
  throw new InvalidOptionError('module', 'a URL or an absolute path', module)
}
