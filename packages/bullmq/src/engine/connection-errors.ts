/** Whether Redis did not answer, so that the same may be said again. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  return (
    error.name === 'MaxRetriesPerRequestError' ||
    error.name === 'ConnectionClosedError' ||
    /Connection is closed|connection close|isn't writeable|LOADING|READONLY|CLUSTERDOWN/.test(
      error.message,
    ) ||
    ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'].includes(code ?? '')
  )
}
