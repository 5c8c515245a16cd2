import { main } from '@conc/core'
import { Interrupt } from './audit/interrupt.js'
import { type AuditOptions, help, readOptions } from './audit/options.js'
import { Progress } from './audit/progress.js'
import { type AuditRun, runAudit } from './audit/run-audit.js'
import { textReport } from './audit/text-report.js'
import { UserError } from './audit/user-error.js'

main(import.meta, async () => {
  process.stdout.on('error', ignoreClosedPipe)
  process.exitCode = await program(process.argv.slice(2))
})

/** @returns the exit code: 0, 2 for what the user has to put right, 130 for Ctrl-C. */
async function program(argv: readonly string[]): Promise<number> {
  try {
    const options = readOptions(argv)
    if (!options.isHelp) return await auditUnlessInterrupted(options)
    process.stdout.write(help)
    return 0
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    process.stderr.write(`${error.message}\n`)
    return 2
  }
}

async function auditUnlessInterrupted(options: AuditOptions): Promise<number> {
  using interrupt = new Interrupt()
  using progress = new Progress()
  try {
    const { root, on, concurrency } = options
    const { signal } = interrupt
    const run = await runAudit(root, { on, concurrency, signal, onEvent: progress.see })
    progress.stop()
    print(run, options)
    return 0
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    progress.stop()
    process.stderr.write(`Cancelled after ${progress}.\n`)
    return 130
  }
}

function print(run: AuditRun, { isJson }: AuditOptions): void {
  const { isTTY, columns } = process.stdout
  const text = isJson
    ? `${JSON.stringify({ version: 1, ...run }, null, 2)}\n`
    : textReport(run, isTTY ? columns : Number.POSITIVE_INFINITY)
  process.stdout.write(text)
}

/** `audit | head` reads the beginning only, which is no failure. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}
