/** Whoever reads our output may stop reading: that is no failure of ours. */
export function endQuietly(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
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
