import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What all processes wrote down of one call. */
export interface CallHistory {
  readonly id: string
  readonly client: number
  began: number
  ended: number
  readonly settlements: { readonly outcome: string; readonly started: string }[]
}

export interface History {
  readonly calls: readonly CallHistory[]
  /** Clients that went on to their end. */
  readonly finished: ReadonlySet<number>
  /** Every process that wrote something. */
  readonly pids: readonly number[]
}

/** Puts together what each process has appended to a file of its own. */
export async function readHistory(folder: string): Promise<History> {
  const calls = new Map<string, CallHistory>()
  const bodies = new Map<string, { began: number; ended: number }>()
  const finished = new Set<number>()
  const files = await readdir(folder)
  for (const file of files) {
    const pid = Number.parseInt(file, 10)
    // A process that was killed while it wrote leaves half a line at the most, at the end.
    const lines = (await readFile(join(folder, file), 'utf8')).split('\n').slice(0, -1)
    for (const line of lines) take(line, pid)
  }
  for (const [id, { began, ended }] of bodies) Object.assign(calls.get(id) ?? {}, { began, ended })
  return {
    calls: [...calls.values()],
    finished,
    pids: files.map((file) => Number.parseInt(file, 10)),
  }

  function take(line: string, pid: number): void {
    const [what, id = '', outcome = '', started = ''] = line.split(' ')
    const body = bodies.get(id) ?? { began: 0, ended: 0 }
    if (what === 'over') finished.add(pid)
    if (what === 'made') calls.set(id, { id, client: pid, began: 0, ended: 0, settlements: [] })
    if (what === 'settled') calls.get(id)?.settlements.push({ outcome, started })
    if (what === 'began') bodies.set(id, { ...body, began: body.began + 1 })
    if (what === 'ended') bodies.set(id, { ...body, ended: body.ended + 1 })
  }
}

/** Everything that a history must not have. */
export function faultsOf({ calls, finished }: History): string[] {
  return calls.flatMap((call) => faultsOfCall(call, finished.has(call.client)))
}

function faultsOfCall(call: CallHistory, isFinished: boolean): string[] {
  const { id, began, ended, settlements } = call
  const [way = ''] = id.split(':')
  const [first] = settlements
  const hasBody = way !== 'held'
  const rules: [isBroken: boolean, what: string][] = [
    [isFinished && settlements.length === 0, 'was never settled'],
    [settlements.length > 1, `was settled ${settlements.length} times`],
    [way !== 'again' && began > 1, `began ${began} times`],
    [first?.outcome.startsWith('wrong') === true, `gave ${first?.outcome}`],
    [
      hasBody && way !== 'left' && first?.outcome === 'right' && ended === 0,
      'never ended, and was right',
    ],
    [
      way !== 'again' && first?.started === 'false' && began > 0,
      `began, and was told not to have (${first?.outcome})`,
    ],
    [first !== undefined && !isExpected(first.outcome), `failed with ${first?.outcome}`],
  ]
  return rules.filter(([isBroken]) => isBroken).map(([, what]) => `${id} ${what}`)
}

const expected: ReadonlySet<string> = new Set([
  'right',
  'TimeoutError',
  '23',
  'CONC_TASK_TIMEOUT',
  'CONC_TASK_CANCELLED',
  'CONC_CONNECTION_LOST',
  'CONC_WORKER_LOST',
  'CONC_EXECUTOR_CLOSED',
  'CONC_LEASE_LOST',
  'CONC_NO_WORKERS',
])

function isExpected(outcome: string): boolean {
  return expected.has(outcome) || outcome.startsWith('wrong')
}
