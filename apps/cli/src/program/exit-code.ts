/** What the command says by its exit status. */
export const exitCode = {
  done: 0,
  /** A task, a weave or one of its tasks failed. */
  failed: 1,
  /** Unknown command or option, bad value, missing argument, unreadable file. */
  usage: 2,
  /** Nothing listens, no pool of that name, connection lost. */
  unreachable: 3,
  /** Key, TLS, protocol version, `authorize`. */
  refused: 4,
  /** A pool or worker did not start or gave up. */
  notStarted: 5,
  /** `--timeout` passed. */
  timedOut: 124,
  sigint: 130,
  sigquit: 131,
  sigterm: 143,
} as const

/** The exit status of a command that a signal has ended. */
export function exitCodeOf(signal: 'SIGINT' | 'SIGTERM' | 'SIGQUIT'): number {
  if (signal === 'SIGINT') return exitCode.sigint
  return signal === 'SIGTERM' ? exitCode.sigterm : exitCode.sigquit
}
