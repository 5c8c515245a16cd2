import fc from 'fast-check'

/** What a body does when its signal aborts; or whether it looks at that at its end only, or never. */
export type Manner = 'heeds' | 'ignores' | 'recovers' | 'fails' | 'looksLate' | 'isBlind'
export type Callback = 'none' | 'async' | 'throws'

export interface Behaviour {
  readonly manner: Manner
  /** Whether the body throws where it is not cancelled. */
  readonly fails: boolean
}

export interface CallInit extends Behaviour {
  readonly callbacks: Callback
}

/** What can be done to any pool. */
export type CommonStep =
  | { readonly do: 'cancel'; readonly id: number }
  | { readonly do: 'cancelGroup'; readonly call: number }
  | { readonly do: 'cancelAll' | 'lock' | 'unlock' | 'flush' | 'nonsense' }
  | { readonly do: 'resize'; readonly size: number }
  | { readonly do: 'close'; readonly how: 'gather' | 'run' | 'reject' }

export type PoolStep =
  | CommonStep
  | (CallInit & { readonly do: 'apply'; readonly num: number })
  | (CallInit & {
      readonly do: 'map'
      readonly items: number
      readonly numConcurrent: number
      readonly source: 'array' | 'async' | 'throwing'
    })
  | (CallInit & { readonly do: 'submit' })

export type SimplePoolStep =
  | CommonStep
  | { readonly do: 'start' | 'stop'; readonly num: number }
  | { readonly do: 'stopAll' }

export const behaviour = {
  manner: fc.constantFrom<Manner>(
    ...([
      'heeds',
      'heeds',
      'ignores',
      'recovers',
      'fails',
      'looksLate',
      'looksLate',
      'isBlind',
    ] as const),
  ),
  fails: fc.boolean(),
}
export const callbacks: fc.Arbitrary<Callback> = fc.constantFrom('none', 'async', 'throws')
const callInit = { ...behaviour, callbacks }
const num = fc.integer({ min: 1, max: 4 })

const common: fc.WeightedArbitrary<CommonStep>[] = [
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel'), id: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancelGroup'), call: fc.nat(3) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('cancelAll', 'lock', 'unlock', 'nonsense') }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('flush') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('resize'), size: fc.nat(4) }) },
  {
    // Seldom: after it nothing starts.
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('close'),
      how: fc.constantFrom('gather', 'run', 'reject'),
    }),
  },
]

export const poolSteps: fc.Arbitrary<PoolStep[]> = sequence<PoolStep>(
  ...common,
  { weight: 3, arbitrary: fc.record({ do: fc.constant('apply'), num, ...callInit }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('map'),
      items: fc.integer({ min: 0, max: 5 }),
      numConcurrent: fc.integer({ min: 1, max: 3 }),
      source: fc.constantFrom('array', 'async', 'throwing'),
      ...callInit,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('submit'), ...callInit }) },
)

export const simplePoolSteps: fc.Arbitrary<SimplePoolStep[]> = sequence<SimplePoolStep>(
  ...common,
  { weight: 6, arbitrary: fc.record({ do: fc.constant('start'), num }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('stop'), num }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stopAll') }) },
)

function sequence<S>(...all: fc.WeightedArbitrary<S>[]): fc.Arbitrary<S[]> {
  // The small arrays that are usual leave most of what can meet unmet.
  return fc.array(fc.oneof(...all), { maxLength: 40, size: 'large' })
}
