import { type ForkOptions, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { oneCore } from './one-core.js'
import type { Contestant, Figures, Pace, Path, Sampler, Size, Suite } from './suite.js'

/** One contestant, warmed up and ready to be sampled. */
export interface Session extends Sampler {
  close(): Promise<void>
}

/** What names a contestant in another process. */
export interface Ticket {
  readonly suite: string
  readonly path: string
  readonly contestant: string
  readonly size: Size
  readonly pace: Pace
  readonly isOnOneCore: boolean
}

/** Where contestants live. */
export type OpenSession = (ticket: Ticket, contestant: Contestant) => Promise<Session>

/** In this process: for tests, as contestants disturb one another's heap and compiled code. */
export const openHere: OpenSession = async ({ pace }, contestant) => {
  const sampler = await contestant.open(pace)
  return { sample: () => sampler.sample(), close: async () => {} }
}

// Byte code that V8 drops for its age would count as heap that a library gives back.
const flags = ['--expose-gc', '--no-flush-bytecode', '--max-old-space-size=6144']

/** In a process of its own, which lives through all rounds of the path. */
export const openProcess: OpenSession = async (ticket, { env }) => {
  const child = fork(fileURLToPath(new URL('./contestant.entry.js', import.meta.url)), {
    ...program(ticket),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exited = once(child, 'exit')
  const ask = async (question: Ticket | 'sample'): Promise<Figures> => {
    child.send(question)
    const patience = AbortSignal.timeout(patienceMs)
    const [answer] = await Promise.race([
      once(child, 'message', { signal: patience }).catch(() => [late]),
      exited.then(() => [lost]),
    ])
    const { figures, error } = answer as Answer
    if (error !== undefined) throw new Error(error)
    return figures ?? {}
  }
  const close = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  try {
    await ask(ticket)
  } catch (error) {
    await close()
    throw error
  }
  return { sample: () => ask('sample'), close }
}

function program({ isOnOneCore }: Ticket): Pick<ForkOptions, 'execPath' | 'execArgv'> {
  const prefix = isOnOneCore ? oneCore() : undefined
  if (prefix === undefined) return { execArgv: [...flags] }
  const [command, ...args] = prefix
  return { execPath: command, execArgv: [...args, process.execPath, ...flags] }
}

/** What a contestant's process says: that it is ready (nothing), the figures of a sample, or what went wrong. */
export interface Answer {
  readonly figures?: Figures
  readonly error?: string
}

/** Far beyond any sample: a contestant that hangs must not hang the bench. */
const patienceMs = 120_000
const late: Answer = { error: `no answer within ${patienceMs / 1000} s` }
const lost: Answer = { error: 'the process of the contestant ended' }

/** @throws {Error} there is no such contestant. */
export function findContestant(suites: readonly Suite[], ticket: Ticket): Contestant {
  const suite = suites.find(({ name }) => name === ticket.suite)
  const path: Path | undefined = suite?.paths(ticket.size).find(({ name }) => name === ticket.path)
  const contestant = path?.contestants.find(({ name }) => name === ticket.contestant)
  if (!contestant) {
    throw new Error(`No contestant ${ticket.contestant} in ${ticket.suite} ${ticket.path}.`)
  }
  return contestant
}
