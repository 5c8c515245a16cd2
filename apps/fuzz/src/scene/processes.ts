import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A process that descends from this one. */
export interface Descendant {
  readonly pid: number
  readonly command: string
}

interface Row extends Descendant {
  readonly parent: number
  readonly isOver: boolean
  /** Of this list or another one that is made at the same time: to end it would be no disturbance. */
  readonly isLister: boolean
}

const lister = ['-A', '-o', 'pid=,ppid=,stat=,args=']

/** Those that live now, whoever among them has started them. */
export async function descendants(): Promise<Descendant[]> {
  const { stdout } = await promisify(execFile)('ps', lister)
  const rows = stdout.split('\n').flatMap(parseRow)
  const family = new Set([process.pid])
  // Parents may be listed after their children.
  for (let grew = true; grew; ) {
    const before = family.size
    for (const { pid, parent } of rows) if (family.has(parent)) family.add(pid)
    grew = family.size > before
  }
  return rows.filter(
    ({ pid, isOver, isLister }) => family.has(pid) && pid !== process.pid && !isOver && !isLister,
  )
}

function parseRow(line: string): Row[] {
  const [, pid, parent, state = '', command = ''] =
    /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
  if (pid === undefined) return []
  const isLister = command === `ps ${lister.join(' ')}`
  const isOver = state.startsWith('Z')
  return [{ pid: Number(pid), parent: Number(parent), isOver, isLister, command }]
}

/** Sends a signal to whom may be gone. */
export function signal(pid: number | undefined, name: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(pid, name)
  } catch {
    // It was gone before.
  }
}
