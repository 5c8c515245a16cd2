import type { Random } from '../random.js'
import { type Composition, canBodiesExit } from './composition.js'
import type { RoundOptions } from './round-options.js'
import { growScript, type Script } from './script.js'

/** One call or stream of a round: when, what, how, and what its caller does meanwhile. */
export interface CallPlan {
  readonly script: Script
  /** From the start of the storm. */
  readonly atMs: number
  /** Undefined: a plain call. */
  readonly consumer: Consumer | undefined
  /** Whether the task is declared as one that may not run twice, on queues either. */
  readonly isOnce: boolean
  readonly abortAfterMs: number | undefined
  readonly timeoutMs: number | undefined
  readonly retry: number
  readonly priority: number
  readonly tags: readonly string[]
  readonly idempotencyKey: string | undefined
  /** A part that no executor but those in this process can take. */
  readonly isBad: boolean
}

/** How the items of a stream are taken. */
export interface Consumer {
  readonly items: number
  /** Leaves after so many items. */
  readonly leaveAfter: number
  readonly pauseMs: number
}

/** Of workers; calls may ask for it. */
export const knownTag = 'fuzz'

export function growCalls(random: Random, whole: Composition, options: RoundOptions): CallPlan[] {
  const count = options.level === 'light' ? random.int(10, 25) : random.int(20, 60)
  const mayExit = canBodiesExit(whole)
  const calls: CallPlan[] = []
  for (let n = 0; n < Math.min(count, options.calls); n++) {
    const own = random.fork(`call ${n}`)
    const former = own.chance(0.1) ? calls.find(({ idempotencyKey }) => idempotencyKey) : undefined
    calls.push(former ? again(own, former, options) : growCall(own, `${n}`, options, mayExit))
  }
  return calls
}

function growCall(random: Random, id: string, options: RoundOptions, mayExit: boolean): CallPlan {
  const isStream = random.chance(0.3)
  const items = isStream ? random.pick([1, 3, 20, options.level === 'light' ? 30 : 120]) : 0
  const script = growScript(random, id, { level: options.level, mayExit }, items)
  const hasKey = !isStream && random.chance(0.15)
  return {
    script,
    atMs: growTime(random, options),
    consumer: isStream ? growConsumer(random, items) : undefined,
    isOnce: random.chance(0.5),
    abortAfterMs: random.chance(0.15) ? growPatience(random) : undefined,
    timeoutMs: random.chance(0.15) ? 1 + growPatience(random) : undefined,
    retry: random.chance(0.2) ? random.int(1, 3) : 0,
    priority: random.chance(0.2) ? random.int(-3, 3) : 0,
    tags: random.chance(0.04) ? [random.pick([knownTag, 'nowhere'])] : [],
    idempotencyKey: hasKey ? `key ${id}` : undefined,
    isBad: !isStream && !hasKey && random.chance(0.03),
  }
}

/** The same call once more, under the same key. */
function again(random: Random, former: CallPlan, options: RoundOptions): CallPlan {
  return { ...former, atMs: former.atMs + random.int(0, stormMsOf(options) / 4) }
}

function growConsumer(random: Random, items: number): Consumer {
  return {
    items,
    leaveAfter: random.chance(0.25) ? random.int(1, items) : Number.POSITIVE_INFINITY,
    pauseMs: random.chance(0.2) ? random.int(1, 10) : 0,
  }
}

/** Short enough for bodies that are under way, or long enough for what happens to them. */
function growPatience(random: Random): number {
  return random.chance(0.5) ? random.int(0, 40) : random.int(0, 500)
}

/** Some come together, others spread over the storm. */
function growTime(random: Random, options: RoundOptions): number {
  return random.chance(0.3) ? 0 : random.int(0, stormMsOf(options))
}

/** How long calls are made, and disturbed. */
export function stormMsOf({ level }: RoundOptions): number {
  return level === 'light' ? 400 : 2500
}
