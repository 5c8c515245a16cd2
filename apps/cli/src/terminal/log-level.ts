const levels = ['off', 'error', 'warn', 'info', 'debug'] as const

export type Level = (typeof levels)[number]

/** Whether something of level `one` is shown at level `limit`. */
export function isShown(one: Level, limit: Level): boolean {
  return levels.indexOf(one) <= levels.indexOf(limit)
}

/** `info`, a step up or down for each `-v` and `-q`; with neither, what the environment says. */
export function levelOf(verbose: number, quiet: number, wish: string | undefined): Level {
  if (quiet > 0) return quiet === 1 ? 'warn' : 'error'
  if (verbose > 0) return 'debug'
  const { length } = levels.filter((level) => level === wish)
  return length > 0 ? (wish as Level) : 'info'
}
