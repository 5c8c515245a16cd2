import { cancelReason, type PoolJob } from '../tasks/pool-job.js'
import type { LazyFeed } from './lazy-feed.js'
import { given, inOrder, type RoundOptions, rounds, throwFailure } from './rounds.js'
import { Watch } from './watch.js'

export interface IterationOptions extends RoundOptions {
  readonly ordered: boolean
  readonly onBreak: 'leave' | 'cancel'
}

/** Yields the results of tasks that `begin` makes at the first `next()`. */
export async function* iterateAll(
  begin: () => readonly PoolJob[],
  options: IterationOptions,
): AsyncGenerator<unknown, void, undefined> {
  const jobs = begin()
  const watch = new Watch(options.failsFast)
  for (const job of jobs) watch.add(job)
  try {
    yield* options.ordered ? inOrder(jobs, watch, options) : rounds(watch, options)
  } finally {
    leave(watch, jobs[0], options)
  }
}

/** Yields the results of a source that is pulled meanwhile; `begin` is called at the first `next()`. */
export async function* iterateLazily(
  begin: (watch: Watch) => LazyFeed,
  options: IterationOptions,
): AsyncGenerator<unknown, void, undefined> {
  const watch = new Watch(options.failsFast)
  const feed = begin(watch)
  let last: PoolJob | undefined
  try {
    feed.pump()
    for (;;) {
      await somethingToGive(feed, watch, options)
      const done = options.ordered ? doneInOrder(feed, options) : watch.takeDone()
      last = done[0] ?? last
      if (options.flat) yield* oneByOne(done, feed, options)
      else {
        feed.read(done)
        yield* given(done, options)
      }
      await throwFailure(watch, options)
      if (done.length === 0) break
    }
    if (feed.failure) throw feed.failure.error
  } finally {
    feed.end()
    leave(watch, last, options)
  }
}

/** An item is unread until it is given. */
function* oneByOne(
  jobs: readonly PoolJob[],
  feed: LazyFeed,
  options: IterationOptions,
): Generator<unknown, void, undefined> {
  for (const job of jobs) {
    feed.read([job])
    yield* given([job], options)
  }
}

async function somethingToGive(
  feed: LazyFeed,
  watch: Watch,
  { ordered, signal }: IterationOptions,
): Promise<void> {
  const isReady = (): boolean => {
    if (feed.interruption) return true
    if (watch.failure) return true
    const hasDone = ordered ? feed.unread[0]?.isDone === true : watch.hasDone
    return hasDone || (feed.isOver && watch.unfinished === 0)
  }
  await watch.until(isReady, signal)
  if (feed.interruption) throw feed.interruption.reason
}

function doneInOrder({ unread }: LazyFeed, { failsFast }: IterationOptions): PoolJob[] {
  const isGiven = (job: PoolJob): boolean => (failsFast ? job.status === 'fulfilled' : job.isDone)
  const end = unread.findIndex((job) => !isGiven(job))
  return unread.slice(0, end < 0 ? undefined : end)
}

/** The loop was left, early or at its end. */
function leave(watch: Watch, job: PoolJob | undefined, { onBreak }: IterationOptions): void {
  if (onBreak === 'cancel' && job && watch.unfinished > 0) watch.cancelRest(cancelReason(job.board))
  watch.stop()
}
