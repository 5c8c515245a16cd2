import type { Path } from '../harness/suite.js'
import { type TimedContestant, timedPath } from '../harness/timed-path.js'
import { caller } from '../threads/calls.js'
import { grpcAdd, session, sessionAdd, wsAdd } from './callers.js'
import { natsAdd } from './nats.js'
import { WsEcho } from './ws-echo.js'

export interface SessionCalls {
  readonly outstanding: number
  readonly items: number
  /**
   * Makes 150 000 calls at 64 at a time: what a session does for a message, which carries the calls of a turn, is compiled by
   * then as well.
   */
  readonly warmUpRuns: number
  /** grpc-js takes so long that the others would wait for it most of the time; it gets some 40 000 calls. */
  readonly grpcItems: number
  readonly grpcWarmUpRuns: number
  readonly timesFloor: number
  readonly timesGrpc: number
  /** Absent where there is no NATS server. */
  readonly timesNats: number | undefined
}

/** Small calls over a session, both ends in one process. */
export function sessionCalls(options: SessionCalls): Path {
  const { outstanding, items, warmUpRuns, timesFloor, timesNats } = options
  return timedPath<number>({
    name: outstanding === 1 ? 'session/round-trip' : `session/outstanding/${outstanding}`,
    title: `calls of two small arguments over a socket, ${outstanding} outstanding`,
    unit: 'call',
    items,
    warmUpRuns,
    isOnOneCore: outstanding === 1,
    check: (sum, count) => {
      if (sum !== count * 2) throw new Error(`Expected a sum of ${count * 2}, got ${sum}.`)
    },
    contestants: [
      caller('ws + msgpackr, a message a call', 'floor', outstanding, wsAdd),
      caller('Session over inline()', 'ours', outstanding, sessionAdd, { timesFloor }),
      grpc(options),
      ...(timesNats === undefined ? [] : [nats(outstanding, timesNats)]),
    ],
  })
}

function grpc(options: SessionCalls): TimedContestant<number> {
  const { outstanding, timesGrpc, grpcItems: items, grpcWarmUpRuns: warmUpRuns } = options
  const calls = caller('grpc-js', 'peer', outstanding, grpcAdd, { timesFaster: timesGrpc })
  return { ...calls, items, warmUpRuns }
}

export function nats(outstanding: number, timesFaster: number): TimedContestant<number> {
  return {
    ...caller('NATS request, reply', 'peer', outstanding, natsAdd, { timesFaster }),
    note: 'the NATS server is a process of its own, and its CPU time is not counted',
  }
}

/** A mebibyte of numbers there and back. */
export function sessionValue(items: number): Path {
  const values = new Float64Array(131_072).fill(0.5)
  return timedPath<number>({
    name: 'session/mebibyte',
    title: 'a Float64Array of 1 MiB there and back over a socket',
    unit: 'call',
    items,
    check: (length, count) => {
      if (length !== count * values.length) throw new Error(`Expected all numbers, got ${length}.`)
    },
    contestants: [
      {
        name: 'ws + msgpackr',
        role: 'floor',
        prepare: async (count) => {
          const echo = await WsEcho.open((value) => value)
          return () => sizeOfAll(() => echo.call(values) as Promise<Float64Array>, count)
        },
      },
      {
        name: 'Session over inline()',
        role: 'ours',
        goal: { timesFloor: 1.5 },
        prepare: async (count) => {
          const opened = await session()
          const { echoTask } = await import('./tasks.js')
          return () => sizeOfAll(() => opened.submit(echoTask, [values]), count)
        },
      },
    ],
  })
}

async function sizeOfAll(call: () => Promise<Float64Array>, count: number): Promise<number> {
  let length = 0
  for (let done = 0; done < count; done++) length += (await call()).length
  return length
}
