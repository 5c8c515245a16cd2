import { readFileSync } from 'node:fs'

/** When a process began, in a form that only another process with its id would change; `undefined` where unknown. */
export function processBirth(pid: number): string | undefined {
  return statOf(pid)?.birth
}

/** Whether the process is still there, and is the one that was born then. */
export function isAlive(pid: number, birth: string | undefined): boolean {
  const stat = statOf(pid)
  if (stat?.isDead) return false
  if (stat && birth !== undefined) return stat.birth === birth
  return answers(pid)
}

/** Linux tells by `/proc`; elsewhere there is only the signal. */
function statOf(pid: number): { readonly birth: string; readonly isDead: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field is the name in parentheses, which may contain anything.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    const [state = ''] = fields
    return { birth: fields[19] ?? '', isDead: state === 'Z' || state === 'X' }
  } catch {
    return undefined
  }
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
