import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(new URL('../dist/audit.js', import.meta.url))
const { INIT_CWD, ...env } = process.env

export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built program in `folder`, its output in pipes. */
export async function runProgram(folder: string, ...args: string[]): Promise<Outcome> {
  return await outcomeOf(spawn(process.execPath, [file, ...args], { cwd: folder, env }))
}

/** Starts the program and waits until its first package is being hashed. */
export async function startProgram(folder: string, ...args: string[]): Promise<ChildProcess> {
  // The body may run on another thread, which cannot talk to this process.
  const tell = `import { subscribe } from 'node:diagnostics_channel'
    import { isMainThread } from 'node:worker_threads'
    const channels = [new BroadcastChannel('hashing'), new BroadcastChannel('hashing')]
    if (isMainThread) channels[0].onmessage = () => process.send('hashing')
    for (const channel of channels) channel.unref()
    subscribe('tracing:conc:task:start', ({ name }) => {
      if (name === 'audit/hash-package') channels[1].postMessage(name)
    })`
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(tell)}`, file, ...args],
    { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] },
  )
  await once(child, 'message')
  return child
}

export async function outcomeOf(child: ChildProcess): Promise<Outcome> {
  const { stdout, stderr } = child
  if (stdout === null || stderr === null) throw new Error('The program has no pipes.')
  const [[code], out, err] = await Promise.all([once(child, 'close'), text(stdout), text(stderr)])
  return { code, stdout: out, stderr: err }
}
