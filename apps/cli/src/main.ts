#!/usr/bin/env node
import { endQuietly, leave } from './program/leave.js'

endQuietly(process.stdout)
const args = process.argv.slice(2)
const isVersion = args.length === 1 && (args[0] === '--version' || args[0] === '-V')

if (isVersion) {
  const { version } = await import('./program/version.js')
  process.stdout.write(`${version}\n`)
} else {
  const { runProgram } = await import('./program/run-program.js')
  await leave(await runProgram(args))
}
