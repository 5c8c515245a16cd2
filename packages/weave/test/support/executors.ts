import { type Executor, inline } from '@conc/core'

/** An executor that refuses plain functions, as those in other threads and processes do. */
export function declaredOnly(name: string): Executor {
  const inner = inline({ name })
  return {
    name,
    capabilities: { ...inner.capabilities, closures: false },
    get load() {
      return inner.load
    },
    submit: (work, args, options) => inner.submit(work, args, options),
    stream: (work, args, options) => inner.stream(work, args, options),
    ready: (options) => inner.ready(options),
    close: (options) => inner.close(options),
    [Symbol.asyncDispose]: () => inner.close(),
  }
}
