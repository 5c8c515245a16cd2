import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { makeTree } from './file-tree.js'
import { runProgram } from './program.js'

const server = fileURLToPath(new URL('../dist/audit-server.js', import.meta.url))

/** Starts the server on any port. @returns its URL. */
async function startServer(): Promise<string> {
  const child = spawn(process.execPath, [server], { env: { ...process.env, PORT: '0' } })
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await once(child, 'exit')
  })
  const [line] = await once(child.stdout, 'data')
  return String(line).trim().replace('Listening on ', '')
}

it('audits on a server what it audits inline', { timeout: 30_000 }, async () => {
  const root = await makeTree({
    'node_modules/a/package.json': { name: 'a', version: '1.0.0', license: 'MIT' },
  })
  const on = await startServer()
  const there = await runProgram(root, '--json', '--on', on)
  const here = await runProgram(root, '--json')
  expect(there.stderr).toBe('')
  expect(JSON.parse(there.stdout)).toMatchObject({ executor: on })
  expect(JSON.parse(there.stdout).report).toEqual(JSON.parse(here.stdout).report)
})

it('says in one sentence that no server is there', { timeout: 30_000 }, async () => {
  const root = await makeTree({ 'node_modules/a/package.json': { name: 'a' } })
  const { code, stderr } = await runProgram(root, '--on', 'ws://localhost:1')
  expect(code).toBe(2)
  expect(stderr).toMatch(/^No connection to localhost:1: .*\n$/)
})
