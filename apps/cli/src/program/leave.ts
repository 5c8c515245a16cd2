/**
 * Whoever reads our output may stop reading, and a terminal may go: that is no failure of ours. Without a reader of its data
 * a command has nothing to do; what it would only have told is left out.
 */
export function endQuietly(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(0)
  })
  process.stderr.on('error', () => {})
}

/** Ends the process when what it wrote has left it; whatever modules of the user keep open does not hold it. */
export async function leave(exitCode: number): Promise<never> {
  await Promise.all([written(process.stdout), written(process.stderr)])
  process.exit(exitCode)
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}
