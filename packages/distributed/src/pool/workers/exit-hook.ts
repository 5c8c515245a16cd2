import type { ChildProcess } from 'node:child_process'

const children = new Set<ChildProcess>()

function killAll(): void {
  for (const child of children) child.kill('SIGKILL')
}

/** Kills the child when this process exits while it still runs. */
export function killAtExit(child: ChildProcess): void {
  if (children.size === 0) process.on('exit', killAll)
  children.add(child)
  child.once('exit', () => {
    children.delete(child)
    if (children.size === 0) process.off('exit', killAll)
  })
}
