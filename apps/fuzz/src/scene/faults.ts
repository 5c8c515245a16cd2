/** A promise that was broken. */
export interface Fault {
  readonly rule: Rule
  readonly text: string
}

/** What every round is held to. */
export type Rule =
  | 'settles'
  | 'rejects at once'
  | 'started'
  | 'runs once'
  | 'right result'
  | 'items in order'
  | 'known errors'
  | 'own reason'
  | 'slots come back'
  | 'works again'
  | 'closes'
  | 'no rejection unhandled'
  | 'no warning of leaks'
  | 'no process left'
  | 'ends by itself'

/** Collects what this process notices by the way: rejections that nobody handles, warnings that tell of leaks. */
export function watchProcess(note: (fault: Fault) => void): void {
  process.on('unhandledRejection', (reason) => {
    note({ rule: 'no rejection unhandled', text: textOfError(reason) })
  })
  process.on('uncaughtException', (error) => {
    note({ rule: 'no rejection unhandled', text: `uncaught: ${textOfError(error)}` })
  })
  process.on('warning', ({ name, message }) => {
    const isLeak = name === 'MaxListenersExceededWarning'
    if (isLeak) note({ rule: 'no warning of leaks', text: message })
  })
}

/** With its causes, and its stack where nobody has planned it. */
export function textOfError(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { code, started, cause } = error as { code?: unknown; started?: unknown; cause?: unknown }
  const head = `${error.name}${code === undefined ? '' : ` ${code}`}: ${error.message}`
  const told = started === undefined ? head : `${head} (started: ${started})`
  return cause === undefined ? told : `${told} ← ${textOfError(cause)}`
}
