import { AuthenticationError, ExecutorError } from '@conc/core'
import type { TaskDefinition } from '@conc/core/internal'
import { isEnvelope } from '../envelope/job-envelope.js'
import { isSigned } from '../envelope/signature.js'
import type { RunningJob, StopReason } from './cancel-desk.js'
import { JobBody } from './job-body.js'
import { JobResults, type Result } from './job-results.js'
import { lostBefore, verdictOn, withoutBeginning } from './job-verdict.js'
import type { TakenJob } from './taken-job.js'

/** One attempt of one job. */
export class JobRunner implements RunningJob {
  readonly #taken: TakenJob
  readonly #results: JobResults
  readonly #body: JobBody
  #stopped: StopReason | undefined

  constructor(taken: TakenJob) {
    this.#taken = taken
    this.#results = new JobResults(taken)
    this.#body = new JobBody(taken, this.#results)
  }

  get id(): string {
    return this.#taken.id
  }

  get cancelName(): string {
    return this.#taken.cancelName
  }

  get owner(): string | undefined {
    const { x, o } = this.#taken.envelope
    return x ? o : undefined
  }

  stop(why: StopReason): void {
    if (this.#stopped) return
    this.#stopped = why
    this.#body.cancellation.cancel(why.reason)
  }

  credited(upTo: number): void {
    this.#body.credited(upTo)
  }

  /** @returns what BullMQ stores as the job's value; rejects with what it stores as its failure, or with its own signs. */
  async run(): Promise<Result> {
    const { host, job } = this.#taken
    this.#check()
    const definition = host.unknown.known(job) ?? (await host.unknown.wait(this.#taken))
    try {
      let why = host.desk.enter(this)
      if (host.desk.isUnsure(this, job.attemptsStarted > 1)) why ??= await host.desk.ask(this)
      if (why) this.stop(why)
      return await this.#attempt(definition)
    } finally {
      host.desk.leave(this)
    }
  }

  /** Looks the job over: ours, and genuine. */
  #check(): void {
    const { host, job, id, name } = this.#taken
    const { data } = job
    if (!isEnvelope(data)) {
      throw this.#taken.refused(new ExecutorError('This job was not made by @conc/bullmq.'))
    }
    if (!isSigned(data, `${id} ${name}`, host.settings.signingKey)) {
      const message = 'The job is not signed with the key of this worker.'
      throw this.#taken.refused(new AuthenticationError(message))
    }
  }

  async #attempt(definition: TaskDefinition): Promise<Result> {
    const { host, job, token } = this.#taken
    if (this.#stopped) throw await withoutBeginning(this.#taken, this.#stopped)
    if (definition.idempotent === false && (await host.memory.hasBegun(job, token))) {
      throw lostBefore(this.#taken)
    }
    try {
      return await this.#results.result(await this.#body.run(definition))
    } catch (error) {
      const { mayHaveBegun } = this.#body
      const failure = { error, isThrown: this.#body.hasThrown(error), mayHaveBegun }
      throw await verdictOn(this.#taken, definition, failure, this.#stopped)
    }
  }
}
