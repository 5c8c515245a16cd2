import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type JobSlot, JobSlots } from '../src/worker/job-slots.js'

interface Job {
  readonly slot: JobSlot
  outstanding: number
  /** Answers it waits for a slot to get. */
  pending: number
}

const step = fc.record({
  act: fc.constantFrom('take', 'call', 'answer', 'end'),
  pick: fc.nat(),
})

describe('JobSlots', () => {
  it('never lets more jobs run than there are slots, and leaves none asleep', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 3 }),
        fc.array(step, { maxLength: 60, size: 'max' }),
        async (size, steps) => {
          let limit = size
          const slots = new JobSlots(size, (now) => {
            limit = now
          })
          const jobs: Job[] = []
          const runs = (): Job[] => jobs.filter((job) => job.outstanding === 0 && job.pending === 0)
          const answer = async (job: Job): Promise<void> => {
            job.outstanding--
            job.pending++
            await job.slot.goesOn()
            job.pending--
          }
          for (const { act, pick } of steps) {
            const job = jobs[pick % jobs.length]
            if (act === 'take' && jobs.length < limit) {
              jobs.push({ slot: slots.take(), outstanding: 0, pending: 0 })
            } else if (job && act === 'call' && job.pending === 0) {
              job.outstanding++
              job.slot.waits()
            } else if (job && act === 'answer' && job.outstanding > 0) void answer(job)
            else if (job && act === 'end') {
              jobs.splice(jobs.indexOf(job), 1)
              job.slot.end()
            }
            await new Promise(setImmediate)
            expect(runs().length).toBeLessThanOrEqual(size)
            const asleep = jobs.filter((one) => one.outstanding === 0 && one.pending > 0)
            if (runs().length < size) expect(asleep).toEqual([])
            expect(limit).toBeGreaterThanOrEqual(1)
          }
          for (const job of jobs) while (job.outstanding > 0) void answer(job)
          while (jobs.length > 0) {
            await new Promise(setImmediate)
            const [job] = runs()
            expect(job).toBeDefined()
            jobs.splice(jobs.indexOf(job as Job), 1)
            job?.slot.end()
          }
          expect(slots.running).toBe(0)
          expect(limit).toBe(size)
        },
      ),
      { numRuns: 300 },
    )
  })
})
