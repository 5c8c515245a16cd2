import { currentExecutor } from '../ambient.js'
import { type Task, task } from '../task.js'
import { currentTask } from '../task-context.js'
import { GateClient } from './gate-client.js'
import { sampleValue, valueDifference } from './sample-values.js'
import { throwSample } from './thrown-samples.js'

/** What a body of the kit does when its signal aborts: throw the reason, go on, or return instead of throwing. */
export type OnAbort = 'throw' | 'ignore' | 'recover' | 'throw-other'

/** How a body of the kit names an error that it saw, for bodies that cannot pass the error itself. */
export interface ReasonText {
  readonly name: string
  readonly message: string
}

/** What bodies in this process leave behind without waiting for anybody. */
export const marks: string[] = []

/** The signals of bodies in this process, by the id under which they wait at the gate. */
export const signals: Map<string, AbortSignal> = new Map()

export const echo: Task<[value: unknown], unknown> = task(
  'conc-kit/echo',
  (value: unknown) => value,
)

export const countArguments: Task<unknown[], number> = task(
  'conc-kit/count-arguments',
  (...args: unknown[]) => args.length,
)

export const mark: Task<[text: string], void> = task('conc-kit/mark', (text: string) => {
  marks.push(text)
})

/** Says `started`, waits for the gate or for its signal, says `ended`. */
export const hold: Task<[port: number, id: string, onAbort?: OnAbort], Promise<string>> = task(
  'conc-kit/hold',
  async (port: number, id: string, onAbort: OnAbort = 'throw') =>
    await atGate(port, id, async (gate) => {
      await gate.report('started', currentTask()?.attempt)
      await waitAtGate(gate, onAbort)
      return id
    }),
)

/** Waits at the gate in one child; what happens to the child is on record as `<id>/child`. */
export const holdChild: Task<[port: number, id: string], Promise<string>> = task(
  'conc-kit/hold-child',
  async (port: number, id: string) =>
    await atGate(port, id, async (gate) => {
      await gate.report('started')
      return (await hold(port, `${id}/child`)) as string
    }),
)

/** Calls itself `depth` times, each time waiting for the child. */
export const descend: Task<[depth: number], Promise<number>> = task(
  'conc-kit/descend',
  async (depth: number): Promise<number> => (depth === 0 ? 0 : 1 + (await descend(depth - 1))),
)

/** The same, with a wait for room before each call. */
export const descendWithRoom: Task<[depth: number], Promise<number>> = task(
  'conc-kit/descend-with-room',
  async (depth: number): Promise<number> => {
    if (depth === 0) return 0
    await currentExecutor()?.ready()
    return 1 + (await descendWithRoom(depth - 1))
  },
)

/** Fails as long as its attempt is at most `failures`. */
export const failFirst: Task<[port: number, id: string, failures: number], Promise<number>> = task(
  'conc-kit/fail-first',
  async (port: number, id: string, failures: number) => await failing(port, id, failures),
)

/** The same with a policy of its own. */
export const failFirstRetried: Task<
  [port: number, id: string, failures: number],
  Promise<number>
> = task(
  'conc-kit/fail-first-retried',
  async (port: number, id: string, failures: number) => await failing(port, id, failures),
  { retry: 2 },
)

/** Fails when its signal aborts, with an error of its own that looks worth a retry. */
export const failOnAbort: Task<[port: number, id: string], Promise<string>> = task(
  'conc-kit/fail-on-abort',
  async (port: number, id: string) =>
    await atGate(port, id, async (gate) => {
      await gate.report('started')
      await waitAtGate(gate, 'throw-other')
      return id
    }),
)

export const reportProgress: Task<[steps: readonly unknown[]], void> = task(
  'conc-kit/report-progress',
  (steps: readonly unknown[]) => {
    for (const step of steps) currentTask()?.progress(step)
  },
)

/** Throws one of the kit's errors; the name of this function is to be found in the error's stack. */
export const throwError: Task<[sample: string], unknown> = task(
  'conc-kit/throw-error',
  function throwDeepInside(sample: string): unknown {
    return throwSample(sample)
  },
)

/** The difference between a value that came as an argument and what it was, and a fresh one as the result. */
export const checkValue: Task<
  [label: string, value: unknown],
  { difference: string | undefined; value: unknown }
> = task('conc-kit/check-value', (label: string, value: unknown) => ({
  difference: valueDifference(label, value),
  value: sampleValue(label),
}))

export const returnFunction: Task<[], unknown> = task('conc-kit/return-function', () => ({
  handlers: ['first', 'second', () => 'third'],
}))

export const takeBytes: Task<[bytes: Uint8Array], number> = task(
  'conc-kit/take-bytes',
  (bytes: Uint8Array) => bytes.reduce((sum, byte) => sum + byte, 0),
)

/** Ends the worker it runs in, in each attempt up to `deaths`. */
export const die: Task<[port: number, id: string, deaths: number], Promise<number>> = task(
  'conc-kit/die',
  async (port: number, id: string, deaths: number) => await dying(port, id, deaths),
  { idempotent: false },
)

export const dieRepeatable: Task<
  [port: number, id: string, deaths: number],
  Promise<number>
> = task(
  'conc-kit/die-repeatable',
  async (port: number, id: string, deaths: number) => await dying(port, id, deaths),
  { idempotent: true },
)

/** Runs `body` with a connection to the gate, and says `ended` before the call can settle. */
async function atGate<T>(
  port: number,
  id: string,
  body: (gate: GateClient) => Promise<T>,
): Promise<T> {
  const gate = await GateClient.enter(port, id)
  try {
    return await body(gate)
  } finally {
    await gate.report('ended')
    gate.leave()
  }
}

async function waitAtGate(gate: GateClient, onAbort: OnAbort): Promise<void> {
  const signal = currentTask()?.signal
  if (signal) signals.set(gate.id, signal)
  const aborted = (async (): Promise<void> => {
    await abortOf(signal)
    await gate.report('aborted', textOf(signal?.reason))
    if (onAbort === 'throw') throw signal?.reason
    if (onAbort === 'throw-other') throw new Error('the body failed after the cancel')
    if (onAbort === 'ignore') await gate.released()
  })()
  aborted.catch(() => {})
  await Promise.race([gate.released(), aborted])
}

function abortOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) resolve()
    else signal?.addEventListener('abort', () => resolve(), { once: true })
  })
}

function textOf(reason: unknown): ReasonText {
  if (reason instanceof Error) return { name: reason.name, message: reason.message }
  return { name: typeof reason, message: String(reason) }
}

async function failing(port: number, id: string, failures: number): Promise<number> {
  const attempt = currentTask()?.attempt ?? 0
  return await atGate(port, id, async (gate) => {
    await gate.report('started', attempt)
    if (attempt <= failures) throw new RangeError(`attempt ${attempt} failed`)
    return attempt
  })
}

async function dying(port: number, id: string, deaths: number): Promise<number> {
  const attempt = currentTask()?.attempt ?? 0
  const gate = await GateClient.enter(port, id)
  await gate.report('started', attempt)
  if (attempt <= deaths) process.exit(7)
  gate.leave()
  return attempt
}
