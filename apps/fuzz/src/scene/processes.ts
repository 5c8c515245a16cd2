import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** A process that descends from this one. */
export interface Descendant {
  readonly pid: number
  readonly command: string
}

/** Those that live now, whoever among them has started them. */
export async function descendants(): Promise<Descendant[]> {
  const listed = promisify(execFile)('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='])
  const lister = listed.child.pid
  const { stdout } = await listed
  const rows = stdout.split('\n').flatMap(parseRow)
  const family = new Set([process.pid])
  // Parents may be listed after their children.
  for (let grew = true; grew; ) {
    const before = family.size
    for (const { pid, parent } of rows) if (family.has(parent)) family.add(pid)
    grew = family.size > before
  }
  return rows.filter(
    ({ pid, isOver }) => family.has(pid) && pid !== process.pid && pid !== lister && !isOver,
  )
}

function parseRow(line: string): (Descendant & { parent: number; isOver: boolean })[] {
  const [, pid, parent, state = '', command = ''] =
    /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? []
  if (pid === undefined) return []
  return [{ pid: Number(pid), parent: Number(parent), isOver: state.startsWith('Z'), command }]
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
