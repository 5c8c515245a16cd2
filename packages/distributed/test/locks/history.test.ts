import { appendFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { Crew } from '../crew.js'
import { Lab } from '../lab.js'

interface Entry {
  readonly what: 'enter' | 'leave' | 'lost' | 'killed' | 'restart'
  readonly token: number
  readonly pid: number
}

function read(line: string): Entry {
  const [what, token, pid] = line.split(' ')
  return { what: what as Entry['what'], token: Number(token), pid: Number(pid) }
}

/** What is wrong with the history of one lock. A server that is started anew knows nothing of who held it before. */
function faultOf(history: readonly Entry[]): string | undefined {
  const killed = new Set<number>()
  let holder: Entry | undefined
  let last = 0
  for (const entry of history) {
    if (entry.what === 'killed') killed.add(entry.pid)
    if (entry.what === 'restart') holder = undefined
    if (entry.what === 'leave' && entry.token === holder?.token) holder = undefined
    if (entry.what !== 'enter') continue
    if (entry.token <= last) return `token ${entry.token} came after ${last}`
    if (holder && !killed.has(holder.pid))
      return `${entry.token} entered before ${holder.token} left`
    holder = entry
    last = entry.token
  }
  return undefined
}

it('a lock has one holder at a time, whoever is killed: workers, clients, the server', async () => {
  const lab = await Lab.open()
  await using crew = new Crew()
  const LOG = lab.log
  const entries = async (): Promise<Entry[]> => (await lab.lines()).map(read)
  /** Resolves when the lock was taken so many times more. */
  const more = async (count: number): Promise<Entry> => {
    const entered = async (): Promise<Entry[]> =>
      (await entries()).filter(({ what }) => what === 'enter')
    const wanted = (await entered()).length + count
    await expect
      .poll(async () => (await entered()).length, { timeout: 25_000, interval: 5 })
      .toBeGreaterThanOrEqual(wanted)
    return (await entered()).at(-1) as Entry
  }
  let server = crew.start('history-server.mjs')
  const PORT = `${await server.said('port')}`
  const clients = [1, 2].map(() => crew.start('history-client.mjs', { PORT, LOG }))

  for (const victim of ['holder', 'holder', 'server', 'holder', 'holder', 'server', 'holder']) {
    const { pid } = await more(15)
    if (victim === 'server') {
      await server.kill()
      await appendFile(LOG, `restart 0 ${server.pid}\n`)
      server = crew.start('history-server.mjs', { PORT })
      await server.ready
    } else {
      // Before the kill: what the victim has written by then stands before it, and it writes nothing after it.
      process.kill(pid, 'SIGSTOP')
      await appendFile(LOG, `killed 0 ${pid}\n`)
      process.kill(pid, 'SIGKILL')
      if (!clients.some((client) => client.pid === pid)) continue
      clients.push(crew.start('history-client.mjs', { PORT, LOG }))
    }
  }
  await more(15)
  expect(faultOf(await entries())).toBeUndefined()
}, 60_000)

it('a history with two holders at a time is seen as such', () => {
  const one = ['enter 1 7', 'enter 2 8', 'leave 1 7', 'leave 2 8'].map(read)
  expect(faultOf(one)).toBe('2 entered before 1 left')
  expect(faultOf(['enter 2 7', 'leave 2 7', 'enter 1 8'].map(read))).toMatch(/came after/)
  expect(faultOf(['enter 1 7', 'killed 0 7', 'enter 2 8'].map(read))).toBeUndefined()
})
