import { errorLine } from '../seeing/value-text.js'

/** What a report says of an error. */
export interface ErrorFacts {
  /** Name and message. */
  readonly text: string
  readonly code?: string
  readonly stack?: string
  /** The errors beneath, the nearest first. */
  readonly causes?: readonly string[]
}

const mostCauses = 8

export function errorFacts(error: unknown): ErrorFacts {
  const text = errorLine(error)
  if (!(error instanceof Error)) return { text }
  const causes = causesOf(error)
  return {
    text,
    ...('code' in error && { code: String(error.code) }),
    ...(typeof error.stack === 'string' && { stack: error.stack }),
    ...(causes.length > 0 && { causes }),
  }
}

function causesOf(error: Error): string[] {
  const causes: string[] = []
  // A chain may bite its own tail.
  for (let { cause } = error; cause !== undefined && causes.length < mostCauses; ) {
    causes.push(errorLine(cause))
    cause = cause instanceof Error ? cause.cause : undefined
  }
  return causes
}
