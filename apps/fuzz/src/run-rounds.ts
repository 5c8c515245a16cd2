import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { clearQueues } from './clear-queues.js'
import type { Options } from './options.js'
import { stormMsOf } from './plan/calls.js'
import type { RoundOptions } from './plan/round-options.js'
import { RoundProcess, type RoundResult } from './round-process.js'

/** Told of each round that has ended, in the order of their ends. */
export type Listener = (seed: number, result: RoundResult) => void

/** Runs rounds, some at a time. @returns how many of them found a fault. */
export async function runRounds(
  { seed, rounds, jobs, round }: Options,
  listener: Listener,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'conc-fuzz-'))
  let next = seed
  let failed = 0
  const worker = async () => {
    while (next < seed + rounds) {
      const own = next++
      const result = await runRound(own, round, folder)
      if (result.faults.length > 0) failed++
      listener(own, result)
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, worker))
  } finally {
    await rm(folder, { recursive: true })
  }
  return failed
}

async function runRound(seed: number, options: RoundOptions, folder: string): Promise<RoundResult> {
  const runId = `${seed}-${process.pid}`
  const journal = join(folder, `${seed}`)
  const result = await new RoundProcess({ seed, options, runId, journal }).result(limitOf(options))
  if (options.redis !== undefined) await clearQueues(options.redis, runId)
  return result
}

/** A round waits several times for something that has `limitMs`, and notes it itself; this is for one that does not. */
function limitOf(options: RoundOptions): number {
  return stormMsOf(options) + 8 * options.limitMs
}
