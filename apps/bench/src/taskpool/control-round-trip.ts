import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { LineClient, LineEcho } from './line-echo.js'

type Answers = readonly unknown[]

/** One question after the other over a TCP connection on loopback; connecting and leaving are part of a run. */
export function controlRoundTrip(items: number): Path {
  return timedPath<Answers>({
    name: 'control/num-running',
    title: `${items} questions to a control server, one after the other`,
    unit: 'question',
    items,
    judgedBy: 'wallUs',
    check: checkZeros,
    contestants: [echo, byHand, byClient],
  })
}

const echo: TimedContestant<Answers> = {
  name: 'bare line echo',
  role: 'floor',
  prepare: async (count) => async () => {
    const server = new LineEcho()
    const client = await LineClient.connect(await server.listen())
    const answers = await askAll(count, () => client.ask('0'))
    await client.close()
    await server.close()
    return answers
  },
}

const byHand: TimedContestant<Answers> = {
  name: 'num-running, as by nc',
  role: 'ours',
  goal: { timesFloor: 2 },
  prepare: async (count) => {
    const made = await serverOf()
    return async () => {
      await using server = made()
      await server.start()
      const client = await LineClient.connect(server.address.port)
      await client.ask('{}')
      const answers = await askAll(count, () => client.ask('num-running'))
      await client.close()
      return answers
    }
  },
}

const byClient: TimedContestant<Answers> = {
  name: 'num-running, by TcpControlClient',
  role: 'ours',
  goal: { timesFloor: 2 },
  prepare: async (count) => {
    const { TcpControlClient } = await import('@conc/taskpool/control')
    const made = await serverOf()
    return async () => {
      await using server = made()
      const { host, port } = (await server.start()).address
      await using client = await new TcpControlClient(host, port).connect()
      return await askAll(count, () => client.call('num-running'))
    }
  },
}

async function serverOf(): Promise<() => import('@conc/taskpool/control').TcpControlServer> {
  const { TaskPool } = await import('@conc/taskpool')
  const { TcpControlServer } = await import('@conc/taskpool/control')
  const pool = new TaskPool()
  return () => new TcpControlServer(pool, { port: 0 })
}

async function askAll(count: number, ask: () => Promise<unknown>): Promise<Answers> {
  const answers: unknown[] = []
  for (let i = 0; i < count; i++) answers.push(await ask())
  return answers
}

function checkZeros(answers: Answers, count: number): void {
  const isRight = answers.length === count && answers.every((answer) => String(answer) === '0')
  if (!isRight) throw new Error(`Expected ${count} answers of 0, got ${answers.slice(0, 5)}, …`)
}
