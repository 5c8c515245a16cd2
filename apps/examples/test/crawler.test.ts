import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'

const file = fileURLToPath(new URL('../dist/crawler.js', import.meta.url))

function start(...args: string[]) {
  const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill())
  return child
}

describe('crawler', () => {
  it('is sized up and down from outside while it runs, and fetches every page', async () => {
    const child = start()
    const [[code], out, err] = await Promise.all([
      once(child, 'close'),
      text(child.stdout),
      text(child.stderr),
    ])
    expect([code, err]).toEqual([0, ''])
    const lines = out.trimEnd().split('\n')
    expect(lines.slice(0, 13)).toEqual([
      'Connected to SimpleTaskPool-crawler',
      '> func-name',
      'crawl',
      '> start 2',
      'start-group-0',
      '> num-running',
      '2',
      '> start 6',
      'start-group-1',
      '> num-running',
      '8',
      "> cancel 0 -m 'making room'",
      'ok',
    ])
    // Page 13 is broken, so nobody finds the pages that only it links to.
    expect(lines).toContain('> stop 4')
    expect(lines).toContain('[7, 6, 5, 4]')
    expect(lines).toContain('> is-full')
    expect(lines.at(-2)).toMatch(/^210 pages, \d+ characters, 0 left$/)
    expect(lines.at(-1)).toBe('broken: /page/13 (500)')
  })

  it('is run by hand', async () => {
    const child = start('--by-hand')
    const output = createInterface({ input: child.stdout })
    const [hint] = (await once(output, 'line')) as [string]
    const [, host, port] = /nc (\S+) (\d+)$/.exec(hint) ?? []
    const socket = connect(Number(port), host as string)
    const replies = createInterface({ input: socket })[Symbol.asyncIterator]()
    const say = async (line: string) => {
      socket.write(`${line}\n`)
      return (await replies.next()).value
    }
    const said = []
    for (const line of ['{}', 'start 3', 'num-running', 'stop-all', 'gather-and-close']) {
      said.push(await say(line))
    }
    expect(said).toEqual(['SimpleTaskPool-crawler', 'start-group-0', '3', '[2, 1, 0]', 'ok'])
    const [code] = await once(child, 'exit')
    socket.destroy()
    expect(code).toBe(0)
  })

  it('says how it is used', async () => {
    const child = start('--fast')
    const [[code], err] = await Promise.all([once(child, 'close'), text(child.stderr)])
    expect([code, err]).toEqual([2, 'Usage: crawler [--by-hand]\n'])
  })
})
