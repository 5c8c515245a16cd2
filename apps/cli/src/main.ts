#!/usr/bin/env node
import { endQuietly, leave } from './program/leave.js'

endQuietly()
const args = process.argv.slice(2)
const isVersion = args.length === 1 && (args[0] === '--version' || args[0] === '-V')

if (isVersion) {
  const { version } = await import('./program/version.js')
  process.stdout.write(`${version}\n`)
} else {
  // What a command waits for may hold nothing open itself: a reply over a session, the end of a process.
  setInterval(() => {}, 2 ** 30)
  const { runProgram } = await import('./program/run-program.js')
  await leave(await runProgram(args))
}
