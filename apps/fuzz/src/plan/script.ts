import type { Random } from '../random.js'
import type { Level } from './round-options.js'

/** What the body of a call does, step by step. Plain data, as it is the argument of the call. */
export interface Script {
  /** One for each body; `1.0` is the first call that the body of `1` makes. */
  readonly id: string
  readonly steps: readonly Step[]
  /** Comes back as it went. */
  readonly payload: unknown
}

export type Step =
  /** `'spin'` blocks; `'wait'` ignores a cancel, `'heed'` ends with it. */
  | { readonly do: 'spin' | 'wait' | 'heed'; readonly ms: number }
  | { readonly do: 'progress' }
  /** Yields the next item; in streams only. */
  | { readonly do: 'item' }
  /** Calls tasks, side by side. A failure fails this body too, unless it is caught. */
  | {
      readonly do: 'call'
      readonly scripts: readonly Script[]
      readonly options: NestedOptions
      readonly isCaught: boolean
    }
  /** Pulls a stream to its end, or leaves after so many items. */
  | {
      readonly do: 'pull'
      readonly script: Script
      readonly leaveAfter: number
      readonly isCaught: boolean
    }
  /** Both happen in the first `attempts` attempts only. */
  | { readonly do: 'throw' | 'exit'; readonly attempts: number }

export interface NestedOptions {
  readonly timeoutMs?: number
  readonly retry?: number
  readonly priority?: number
}

/** What scripts may have. */
export interface ScriptRules {
  readonly level: Level
  readonly mayExit: boolean
}

/** @param items how many it yields; 0: it is a plain call. */
export function growScript(random: Random, id: string, rules: ScriptRules, items: number): Script {
  const payload = random.chance(0.3) ? growPayload(random, rules.level) : undefined
  return { id, steps: growSteps(random, id, rules, items, 0), payload }
}

/** Bodies call others so deep. */
const maxDepth = 3

function growSteps(
  random: Random,
  id: string,
  rules: ScriptRules,
  items: number,
  depth: number,
): Step[] {
  const steps: Step[] = []
  const count = random.int(0, 3)
  for (let n = 0; n < count; n++) steps.push(growStep(random, `${id}.${n}`, rules, depth))
  if (items > 0) {
    for (let n = 0; n < items; n++) steps.splice(random.int(0, steps.length), 0, { do: 'item' })
  }
  if (random.chance(0.1)) {
    steps.splice(random.int(0, steps.length), 0, { do: 'throw', attempts: random.pick([1, 2, 99]) })
  }
  const mayExit = rules.mayExit && random.chance(rules.level === 'light' ? 0.02 : 0.04)
  if (mayExit) {
    steps.splice(random.int(0, steps.length), 0, { do: 'exit', attempts: random.pick([1, 1, 99]) })
  }
  return steps
}

function growStep(random: Random, id: string, rules: ScriptRules, depth: number): Step {
  const dice = random.next()
  if (depth < maxDepth && dice < 0.2) {
    const scripts = Array.from({ length: random.int(1, 3) }, (_, n) =>
      growNested(random, `${id}.${n}`, rules, 0, depth),
    )
    return { do: 'call', scripts, options: growOptions(random), isCaught: random.chance(0.4) }
  }
  if (depth < maxDepth && dice < 0.28) {
    // As many as a generator may be ahead: it keeps its slot while nobody asks it for items.
    const items = random.int(1, 12)
    const script = growNested(random, `${id}.0`, rules, items, depth)
    const leaveAfter = random.chance(0.3) ? random.int(1, items) : Number.POSITIVE_INFINITY
    return { do: 'pull', script, leaveAfter, isCaught: random.chance(0.4) }
  }
  if (dice < 0.35) return { do: 'progress' }
  if (dice < 0.45) return { do: 'spin', ms: random.int(0, 15) }
  return { do: random.pick(['wait', 'heed'] as const), ms: growPause(random, rules.level) }
}

function growNested(
  random: Random,
  id: string,
  rules: ScriptRules,
  items: number,
  depth: number,
): Script {
  return { id, steps: growSteps(random, id, rules, items, depth + 1), payload: undefined }
}

/** Mostly short; now and then long enough for whatever happens meanwhile. */
function growPause(random: Random, level: Level): number {
  if (random.chance(0.5)) return 0
  return random.chance(0.9) ? random.int(1, 30) : random.int(50, level === 'light' ? 100 : 400)
}

function growOptions(random: Random): NestedOptions {
  return {
    ...(random.chance(0.1) && { timeoutMs: random.int(1, 300) }),
    ...(random.chance(0.15) && { retry: random.int(1, 2) }),
    ...(random.chance(0.2) && { priority: random.int(-2, 2) }),
  }
}

function growPayload(random: Random, level: Level): unknown {
  const size = random.int(0, level === 'light' ? 2000 : 400_000)
  return random.pick<() => unknown>([
    () => new Uint8Array(size).fill(random.int(0, 255)),
    () => 'ä'.repeat(Math.floor(size / 2)),
    () =>
      new Map<unknown, unknown>([
        [1, new Set(['a', 2n ** 70n])],
        [new Date(size), -0],
      ]),
    () => [undefined, null, Number.NaN, { deep: { deeper: [1.5, -1, true] } }],
    () => Array.from({ length: Math.floor(size / 100) }, (_, n) => ({ n, text: `${n}` })),
  ])()
}
