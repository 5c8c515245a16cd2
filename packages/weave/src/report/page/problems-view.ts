import { durationText } from '../../seeing/durations.js'
import type { Stall } from '../../seeing/run-trace.js'
import { errorFacts } from '../error-facts.js'
import { escaped } from './escape.js'
import { type Failure, failuresOf } from './failures.js'
import type { RunView } from './run-view.js'

const mostFailures = 100

/** What went wrong: errors that ended a task first, then those that a retry made good, then stalls. */
export function problemsView(view: RunView): string {
  const failures = failuresOf(view.tasks)
  const final = failures.filter(({ isFinal }) => isFinal)
  const repeated = failures.filter(({ isFinal }) => !isFinal)
  const { stalls } = view.run
  const own = ownError(view)
  if (final.length + repeated.length + stalls.length === 0 && own === '') return ''
  return `<section class="card"><h2>${final.length + stalls.length === 0 && own === '' ? 'Retries' : 'Errors'}</h2>${own}${listOf(final, view)}${repeatedView(repeated, view)}${stalls.map(stallView).join('')}</section>`
}

/** An error of the run that is no task's: its time was over, or it was given up. */
function ownError({ run, tasks }: RunView): string {
  if (run.error === undefined || run.status === 'fulfilled') return ''
  if (tasks.some(({ spans }) => spans.some(({ error }) => error === run.error))) return ''
  if (tasks.some(({ state, reason }) => state === 'rejected' && reason === run.error)) return ''
  return errorBox('the run', run.ms, run.error, 1, undefined)
}

function listOf(failures: readonly Failure[], { numbers }: RunView): string {
  const shown = failures
    .slice(0, mostFailures)
    .map(({ piece, at, error, count, task }) =>
      errorBox(piece, at, error, count, numbers.get(task)),
    )
  const left = failures.length - shown.length
  return shown.join('') + (left > 0 ? `<p class="hint">… and ${left} more</p>` : '')
}

function repeatedView(failures: readonly Failure[], view: RunView): string {
  if (failures.length === 0) return ''
  const count = failures.reduce((sum, failure) => sum + failure.count, 0)
  const what =
    count === 1
      ? 'One attempt failed and was repeated'
      : `${count} attempts failed and were repeated`
  return `<details class="repeated"><summary>${what}</summary>${listOf(failures, view)}</details>`
}

function errorBox(
  piece: string,
  at: number,
  error: unknown,
  count: number,
  number: number | undefined,
): string {
  const { text, code, stack, causes = [] } = errorFacts(error)
  const where =
    number === undefined ? escaped(piece) : `<a href="#" data-n="${number}">${escaped(piece)}</a>`
  const facts = [
    `at ${durationText(at)}`,
    ...(count > 1 ? [`${count} times`] : []),
    ...(code === undefined ? [] : [code]),
  ]
  const beneath = causes.map((cause) => `<p class="cause">caused by ${escaped(cause)}</p>`).join('')
  const trace =
    stack === undefined
      ? ''
      : `<details><summary>stack</summary><pre>${escaped(stack)}</pre></details>`
  return `<div class="error"><p>${where} <span class="sub">${escaped(facts.join(' · '))}</span></p><p class="message">${escaped(text)}</p>${beneath}${trace}</div>`
}

function stallView({ at, waiting }: Stall): string {
  const lines = waiting.slice(0, 20).map(({ task, state, for: names }) => {
    const why =
      names.length > 0
        ? `waits for ${names.slice(0, 6).join(', ')}`
        : state === 'ready'
          ? 'has no slot'
          : 'runs'
    return `<li>${escaped(task)} <span class="sub">${escaped(why)}</span></li>`
  })
  const left = waiting.length - lines.length
  return `<div class="error stall"><p>Nothing started or settled for a while <span class="sub">at ${durationText(at)}</span></p><ul>${lines.join('')}</ul>${left > 0 ? `<p class="hint">… and ${left} more</p>` : ''}</div>`
}
