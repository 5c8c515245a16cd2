import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** Whether this machine has that server. */
export function hasServer(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/**
 * Starts a server in an empty folder of its own. It ends with this process.
 *
 * @param ready what it prints when it can be reached.
 * @throws {Error} it ended before that.
 */
export async function startServer(
  command: string,
  flags: readonly string[],
  ready: string,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-server-'))
  // A contestant may be killed, and then says goodbye to nobody: its end closes the pipe that the shell reads.
  const script = '"$@" 2>&1 & cat > /dev/null; kill $!; rm -rf "$0"'
  const server = spawn('sh', ['-c', script, folder, command, ...flags], {
    cwd: folder,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  await printed(server.stdout, command, ready)
  server.unref()
  for (const pipe of [server.stdin, server.stdout]) (pipe as Socket).unref()
}

function printed(output: NodeJS.ReadableStream, command: string, ready: string): Promise<void> {
  // Goes on reading: a server whose output nobody takes stands still, or ends.
  const lines = createInterface({ input: output })
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => line.includes(ready) && resolve())
    lines.on('close', () => reject(new Error(`${command} ended before it was ready.`)))
  })
}

/** A port of the loopback that nobody has. */
export function freePort(): Promise<number> {
  const server = createServer()
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
