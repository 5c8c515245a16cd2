import { registerError } from '../errors/register-error.js'

/** An error class that both ends know. */
export class KnownKitError extends Error {
  static {
    KnownKitError.prototype.name = 'KnownKitError'
  }
  readonly sku: string

  constructor(sku: string, ..._mustNotBeCalledAgain: [unknown]) {
    super(`No ${sku} left`)
    this.sku = sku
  }
}
registerError(KnownKitError, 'conc-kit/KnownKitError')

/** An error class that nobody registered. */
class StrangeKitError extends Error {
  static {
    StrangeKitError.prototype.name = 'StrangeKitError'
  }
  readonly planet = 'Mars'
}

/** The built-in classes that come back as themselves. */
export const builtinClasses: Readonly<Record<string, new (message: string) => Error>> = {
  Error,
  TypeError,
  RangeError,
  SyntaxError,
  ReferenceError,
  EvalError,
  URIError,
}

const others: Readonly<Record<string, () => unknown>> = {
  fields: () =>
    Object.assign(new TypeError('with fields'), {
      code: 'E_KIT',
      status: 418,
      detail: { at: new Date(0), list: [1, 2] },
    }),
  causes: () =>
    new Error('outer', {
      cause: new RangeError('middle', {
        cause: Object.assign(new TypeError('inner'), { code: 'E_INNER' }),
      }),
    }),
  aggregate: () =>
    new AggregateError([new TypeError('first'), new KnownKitError('second', 0)], 'several'),
  known: () => new KnownKitError('tea', 0),
  strange: () => new StrangeKitError('green'),
  text: () => 'just text',
  undefined: () => undefined,
  data: () => ({ reason: 'data', list: [1, 2] }),
}

/** The errors and values thrown in this process, by sample: where values keep their identity, these arrive. */
export const lastThrown: Map<string, unknown> = new Map()

export function throwSample(sample: string): never {
  const Class = builtinClasses[sample]
  const thrown = Class ? new Class(`a ${sample} of the kit`) : others[sample]?.()
  lastThrown.set(sample, thrown)
  throw thrown
}
