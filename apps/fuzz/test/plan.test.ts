import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { type Kind, kinds, partsOf } from '../src/plan/composition.js'
import { type Plan, planOf } from '../src/plan/plan.js'
import type { RoundOptions } from '../src/plan/round-options.js'

const options: RoundOptions = {
  level: 'light',
  kinds,
  depth: 3,
  redis: 'redis://127.0.0.1',
  calls: 1000,
  disturbances: 1000,
  limitMs: 1000,
  plant: undefined,
}
const seeds = Array.from({ length: 200 }, (_, seed) => seed)

describe('planOf', () => {
  it('makes the same of the same seed', () => {
    for (const seed of seeds) expect(told(planOf(seed, options))).toBe(told(planOf(seed, options)))
  })

  it('leaves the first calls and disturbances as they are when it is to make fewer', () => {
    for (const seed of seeds) {
      const whole = planOf(seed, options)
      const part = planOf(seed, { ...options, calls: 3, disturbances: 1 })
      const shrunk = {
        ...whole,
        calls: whole.calls.slice(0, 3),
        disturbances: whole.disturbances.slice(0, 1),
      }
      expect(told(part)).toBe(told(shrunk))
    }
  })

  it('composes only of what is asked for', () => {
    const asked: Kind[] = ['pool', 'lazy']
    const plans = seeds.map((seed) => planOf(seed, { ...options, kinds: asked }))
    const found = new Set(plans.flatMap(({ composition }) => partsOf(composition)))
    for (const part of found) {
      expect(['pool', 'session', 'inline']).toContain(part.kind)
      if (part.kind === 'session') expect(part.isLazy).toBe(true)
    }
  })

  it('composes of everything sooner or later', () => {
    const plans = seeds.map((seed) => planOf(seed, options))
    const found = plans.flatMap(({ composition }) => partsOf(composition).map(({ kind }) => kind))
    expect(new Set(found)).toEqual(new Set(kinds.filter((kind) => kind !== 'lazy')))
  })

  it('has no queues without Redis', () => {
    const plans = seeds.map((seed) => planOf(seed, { ...options, redis: undefined }))
    const found = plans.flatMap(({ composition }) => partsOf(composition).map(({ kind }) => kind))
    expect(found).not.toContain('bull')
  })
})

/** In one word: a plan has bytes by the thousand, which a matcher would look at one by one. */
function told(plan: Plan): string {
  return inspect(plan, { depth: Number.POSITIVE_INFINITY })
}
