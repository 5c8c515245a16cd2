/** Something on the disk that could not be read. It is reported, and the audit goes on. */
export interface Problem {
  readonly path: string
  /** The system's error code, such as `EACCES`, or a few words. */
  readonly reason: string
}

export function problemAt(path: string, error: unknown): Problem {
  return { path, reason: errorCode(error) ?? (error as Error).message }
}

export function errorCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
