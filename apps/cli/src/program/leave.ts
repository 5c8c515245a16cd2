const goodbyeMs = 1000
const goodbyes: (() => Promise<unknown>)[] = []
let isUnread = false

/**
 * Whoever reads our output may stop reading, and a terminal may go: that is no failure of ours. Without a reader of its data
 * a command has nothing to do; what it would only have told is left out.
 */
export function endQuietly(): void {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE' && !isUnread) void endUnread()
  })
  process.stderr.on('error', () => {})
}

/** Is called before a command ends early because nobody reads it, and given a second. */
export function beforeEarlyEnd(goodbye: () => Promise<unknown>): void {
  goodbyes.push(goodbye)
}

/** Whether the command is ending because nobody reads it: what fails in consequence is not told. */
export function isEndingUnread(): boolean {
  return isUnread
}

async function endUnread(): Promise<never> {
  isUnread = true
  setTimeout(() => process.exit(0), goodbyeMs)
  await Promise.allSettled(goodbyes.map((goodbye) => goodbye()))
  process.exit(0)
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
