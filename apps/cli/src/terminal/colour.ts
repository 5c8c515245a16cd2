/** Text in a meaning; colours only where they may be seen, and never the only sign of it. */
export interface Painter {
  good(text: string): string
  bad(text: string): string
  warning(text: string): string
  busy(text: string): string
  dim(text: string): string
  strong(text: string): string
}

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Whether a stream shows colours. What was said on the command line goes before the environment, and a prohibition before
 * a wish.
 */
export function showsColour(
  wish: boolean | undefined,
  isTty: boolean,
  env: Environment = process.env,
): boolean {
  if (wish !== undefined) return wish
  if (env.NO_COLOR) return false
  const { FORCE_COLOR: force } = env
  if (force !== undefined && force !== '') return force !== '0' && force !== 'false'
  return env.TERM !== 'dumb' && isTty
}

export function painter(isColoured: boolean): Painter {
  const style = (open: number, close: number) => (text: string) =>
    isColoured && text !== '' ? `\x1b[${open}m${text}\x1b[${close}m` : text
  return {
    good: style(32, 39),
    bad: style(31, 39),
    warning: style(33, 39),
    busy: style(36, 39),
    dim: style(2, 22),
    strong: style(1, 22),
  }
}
