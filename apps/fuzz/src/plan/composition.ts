import type { Random } from '../random.js'
import type { RoundOptions } from './round-options.js'

/** An executor, and what it is made of. Plain data: a process that is to build it is told it. */
export type Composition =
  | { readonly kind: 'inline' }
  | { readonly kind: 'threads'; readonly size: number; readonly tasksPerThread: number }
  | {
      readonly kind: 'workers'
      readonly breadth: number
      readonly concurrency: number
      readonly isForceful: boolean
      /** Whether its workers are there before the first call. */
      readonly isStarted: boolean
    }
  | {
      readonly kind: 'limit' | 'pool' | 'taskpool'
      readonly size: number
      readonly on: Composition
    }
  | {
      readonly kind: 'balance'
      readonly policy: 'least-loaded' | 'round-robin'
      readonly on: readonly Composition[]
    }
  | {
      readonly kind: 'session'
      readonly isLazy: boolean
      /** Whether the server is in the process that builds this, or in one of its own. */
      readonly isApart: boolean
      readonly reconnectMs: number
      readonly resumeMs: number
      readonly orphans: 'cancel' | 'finish'
      readonly on: Composition
    }
  | { readonly kind: 'bull'; readonly workers: readonly BullWorkerPlan[] }

/** One worker of a queue; without `on` its bodies run on threads of its own. */
interface BullWorkerPlan {
  readonly isApart: boolean
  readonly concurrency: number
  readonly on: Composition | undefined
}

export const kinds = [
  'inline',
  'threads',
  'workers',
  'limit',
  'pool',
  'taskpool',
  'balance',
  'session',
  'lazy',
  'bull',
] as const

/** `'lazy'` is a session that is. */
export type Kind = (typeof kinds)[number]

const leaves: readonly Kind[] = ['inline', 'threads', 'workers']

/** How many of what costs processes or threads; a round is to be over in seconds. */
interface Means {
  heavy: number
}

/** @returns an executor of the kinds asked for, at most `options.depth` deep. */
export function growComposition(random: Random, options: RoundOptions): Composition {
  return grow(random, options, options.depth, { heavy: options.level === 'light' ? 2 : 4 })
}

function grow(random: Random, options: RoundOptions, depth: number, means: Means): Composition {
  const wanted = options.kinds.filter((kind) => isPossible(kind, options, depth, means))
  // Otherwise a third of all would be of one part.
  const outer = wanted.filter((one) => !leaves.includes(one))
  const isOuter = depth === options.depth && outer.length > 0 && random.chance(0.8)
  const kind = random.pick(isOuter ? outer : wanted) ?? 'inline'
  const deeper = () => grow(random, options, depth - 1, means)
  switch (kind) {
    case 'inline':
      return { kind }
    case 'threads':
      means.heavy--
      return { kind, size: random.int(1, 2), tasksPerThread: random.pick([1, 1, 3]) }
    case 'workers': {
      means.heavy--
      const isForceful = random.chance(0.25)
      const concurrency = isForceful ? 1 : random.pick([1, 2, 100])
      const isStarted = random.chance(0.8)
      return { kind, breadth: random.int(1, 2), concurrency, isForceful, isStarted }
    }
    case 'limit':
    case 'pool':
    case 'taskpool':
      return { kind, size: random.int(1, 6), on: deeper() }
    case 'balance': {
      const policy = random.pick(['least-loaded', 'round-robin'] as const)
      return { kind, policy, on: Array.from({ length: random.int(2, 3) }, deeper) }
    }
    case 'session':
    case 'lazy':
      return growSession(random, kind === 'lazy', options, means, deeper)
    case 'bull':
      return growBull(random, options, means, deeper)
  }
}

function isPossible(kind: Kind, options: RoundOptions, depth: number, means: Means): boolean {
  if (kind === 'inline') return true
  if (kind === 'bull') return depth > 0 && means.heavy > 0 && options.redis !== undefined
  if (leaves.includes(kind)) return means.heavy > 0
  return depth > 0
}

function growSession(
  random: Random,
  isLazy: boolean,
  { level }: RoundOptions,
  means: Means,
  deeper: () => Composition,
): Composition {
  const isApart = means.heavy > 0 && random.chance(level === 'light' ? 0.2 : 0.4)
  if (isApart) means.heavy--
  return {
    kind: 'session',
    isLazy,
    isApart,
    reconnectMs: random.int(500, 3000),
    resumeMs: random.int(100, 1000),
    orphans: random.pick(['cancel', 'cancel', 'finish']),
    on: deeper(),
  }
}

function growBull(
  random: Random,
  { level }: RoundOptions,
  means: Means,
  deeper: () => Composition,
): Composition {
  const count = random.int(1, level === 'light' ? 1 : 2)
  const workers = Array.from({ length: count }, () => {
    const isApart = random.chance(0.6)
    means.heavy--
    const on = random.chance(0.5) ? lasting(deeper()) : undefined
    return { isApart, concurrency: random.pick([1, 2, 10]), on }
  })
  return { kind: 'bull', workers }
}

/** The same of what comes back: what is over for good under a queue makes its jobs wait for other workers for ever. */
function lasting(whole: Composition): Composition {
  switch (whole.kind) {
    case 'session':
      return { ...whole, isLazy: true, on: lasting(whole.on) }
    case 'workers':
      return { ...whole, isStarted: true }
    case 'balance':
      return { ...whole, on: whole.on.map(lasting) }
    case 'limit':
    case 'pool':
    case 'taskpool':
      return { ...whole, on: lasting(whole.on) }
    default:
      return whole
  }
}

/** All executors of a composition, the outermost first. */
export function partsOf(whole: Composition): Composition[] {
  switch (whole.kind) {
    case 'inline':
    case 'threads':
    case 'workers':
      return [whole]
    case 'balance':
      return [whole, ...whole.on.flatMap(partsOf)]
    case 'bull':
      return [whole, ...whole.workers.flatMap(({ on }) => (on ? partsOf(on) : []))]
    default:
      return [whole, ...partsOf(whole.on)]
  }
}

/** Whether a body may end its process or thread, without it being the round's own process. */
export function canBodiesExit(whole: Composition): boolean {
  switch (whole.kind) {
    case 'inline':
      return false
    case 'threads':
    case 'workers':
      return true
    case 'balance':
      return whole.on.every(canBodiesExit)
    case 'bull':
      return whole.workers.every(({ isApart, on }) => isApart || !on || canBodiesExit(on))
    case 'session':
      return whole.isApart || canBodiesExit(whole.on)
    default:
      return canBodiesExit(whole.on)
  }
}

/** As it would be written: `pool(2, lazy(→ workers(2×1)))`. */
export function textOf(whole: Composition): string {
  switch (whole.kind) {
    case 'inline':
      return 'inline'
    case 'threads':
      return `threads(${whole.size}×${whole.tasksPerThread})`
    case 'workers':
      return `workers(${whole.breadth}×${whole.concurrency}${whole.isForceful ? ', forceful' : ''}${whole.isStarted ? '' : ', late'})`
    case 'balance':
      return `balance(${whole.policy}, ${whole.on.map(textOf).join(', ')})`
    case 'bull':
      return `bull(${whole.workers.map(textOfWorker).join(', ')})`
    case 'session': {
      const options = `${whole.reconnectMs}/${whole.resumeMs}, ${whole.orphans}`
      return `${whole.isLazy ? 'lazy' : 'session'}(${options} ${arrow(whole.isApart)} ${textOf(whole.on)})`
    }
    default:
      return `${whole.kind}(${whole.size}, ${textOf(whole.on)})`
  }
}

function textOfWorker({ isApart, concurrency, on }: BullWorkerPlan): string {
  return `${arrow(isApart)} ${concurrency}× ${on ? textOf(on) : 'threads'}`
}

/** What is behind the long arrow is in a process of its own. */
function arrow(isApart: boolean): string {
  return isApart ? '⟶' : '→'
}
