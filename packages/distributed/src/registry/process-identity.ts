import { readFileSync } from 'node:fs'

/** When a process began, in the system's own units; `undefined` where the system does not say, or it is gone. */
export function processStart(pid: number): string | undefined {
  try {
    // The name in brackets may hold anything, brackets too; the start is the 20th field after it.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19]
  } catch {
    return undefined
  }
}

/** Whether that very process still runs, and not another one that was given its number. */
export function isAlive(pid: number, start: string | undefined): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = processStart(pid)
  return start === undefined || now === undefined || now === start
}
