import { expect, it } from 'vitest'
import { Lab, processGone } from '../lab.js'
import { faultsOf, type History, readHistory } from './history.js'
import { randomFrom, wreck } from './monkey.js'
import { World } from './world.js'

const seconds = Number(process.env.CONC_CHAOS_SECONDS ?? 8)
const isLong = process.env.CONC_CHAOS_SECONDS !== undefined
const seed = Number(process.env.CONC_CHAOS_SEED ?? Math.floor(Math.random() * 1e9))

it(
  `every call settles once, whatever is killed, stopped and cut off for ${seconds} s`,
  async () => {
    const { folder } = await Lab.open()
    const random = randomFrom(seed)
    await using world = new World(folder, random)
    await world.open()
    const heaps = [await heapsOf(world)]
    const rounds = 4
    const tricks: Record<string, number> = {}
    for (let round = 0; round < rounds; round++) {
      for (const [name, times] of Object.entries(
        await wreck(world.tricks, random, (seconds * 1000) / rounds),
      )) {
        tricks[name] = (tricks[name] ?? 0) + times
      }
      heaps.push(await heapsOf(world))
    }
    const hanging = await world.endClients(20_000)
    const history = await readHistory(folder)
    expect(openCalls(history, hanging)).toEqual([])
    expect(hanging).toEqual([])
    const left = await world.endServers()
    const { calls, finished, pids } = history
    const report = {
      seed,
      tricks,
      calls: calls.length,
      clients: finished.size,
      ...countsOf(calls),
      heaps,
      left,
    }
    if (isLong) console.log(report)
    expect(faultsOf(history).slice(0, 20), `CONC_CHAOS_SEED=${seed}`).toEqual([])
    // Enough for the rest to mean something; how many more depends on the machine.
    expect(
      calls.filter(({ settlements }) => settlements[0]?.outcome === 'right').length,
    ).toBeGreaterThan(seconds)
    for (const one of left) expect(one).toEqual({ running: 0, waiting: 0, locks: 0 })
    for (const pid of pids) await processGone(pid)
    // The first round warms up; growth with the work would be many times as much.
    for (const member of [0, 1]) {
      const [, early = 0, ...late] = heaps.map((heap) => heap[member] as number)
      expect(Math.min(...late)).toBeLessThan(early * 1.5 + 8 * 2 ** 20)
    }
  },
  seconds * 1000 + 240_000,
)

/** Calls that clients wait for which do not come to an end. */
function openCalls({ calls }: History, clients: readonly number[]): string[] {
  const open = calls.filter(
    ({ client, settlements }) => clients.includes(client) && !settlements[0],
  )
  return open.map(({ id, began, ended }) => `${id} began ${began} ended ${ended}`)
}

async function heapsOf(world: World): Promise<number[]> {
  return await Promise.all(
    world.survivors.map(async (member) => {
      const heap = member.said('heap')
      member.tell('memory')
      return (await heap) as number
    }),
  )
}

function countsOf(calls: History['calls']): { outcomes: object } {
  const outcomes: Record<string, number> = {}
  for (const { settlements } of calls) {
    const outcome = settlements[0]?.outcome ?? 'none'
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1
  }
  return { outcomes }
}
