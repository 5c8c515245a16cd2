import { describe, expect, it } from 'vitest'
import { plantNames } from '../src/plants.js'
import { hasPs, runMain } from './run-main.js'

// One with calls that are aborted while they run, and streams, and whose executor is closed after its calls have settled.
const round = ['--level', 'light', '--kinds', 'inline', '--seed', '21', '--rounds', '1']

describe.skipIf(!hasPs)('plants', () => {
  it.concurrent('there is nothing to be found without one', async () => {
    expect((await runMain(...round)).exitCode).toBe(0)
  })

  it.concurrent.each(plantNames)("a round notices what breaks '%s'", async (name) => {
    // What comes too late has to come within the limit.
    const limit = name === 'rejects at once' ? '5' : '1'
    const { stdout } = await runMain(...round, '--limit', limit, '--plant', name)
    expect(stdout).toContain(`FAULT ${name}:`)
  })
})
