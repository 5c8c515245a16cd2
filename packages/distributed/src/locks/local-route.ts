import { deferred, holdsSlot, type RunningTask, whileSuspended } from '@conc/core/internal'
import { warnOfForgotten } from './forgotten.js'
import { LockHost } from './lock-host.js'
import type { LockOwner, LockReply, LockRequest } from './lock-request.js'
import type { LockQuestion, LockRoute } from './lock-route.js'
import { TaskOwners, tasksAbove } from './task-owners.js'

let owners = 0

const nobody = (): readonly string[] => []

/** To a host in this process. */
export class LocalLockRoute implements LockRoute {
  readonly #host: LockHost
  readonly #name: string
  readonly #tasks = new TaskOwners<LockOwner>(ownerOf, ({ id }, task) => this.#left(id, task))

  /** @param name of whoever has the host: how owners are shown. */
  constructor(host: LockHost, name: string) {
    this.#host = host
    this.#name = name
  }

  owner(): LockOwner {
    return this.#tasks.here() ?? this.stranger()
  }

  stranger(of: Partial<LockOwner> = {}): LockOwner {
    const id = of.id ?? `${this.#name}-owner-${++owners}`
    return { ancestors: nobody, awaited: nobody, ...of, id }
  }

  ask(request: LockRequest, owner: unknown): LockQuestion {
    const { promise, resolve, reject } = deferred<LockReply>()
    let isAnswered = false
    const leave = this.#host.request(request, owner as LockOwner, {
      granted: (reply) => {
        isAnswered = true
        resolve(reply)
      },
      refused: (error) => {
        isAnswered = true
        reject(error)
      },
    })
    const mustWait = !isAnswered && holdsSlot()
    return { answer: mustWait ? whileSuspended(() => promise) : promise, giveUp: leave }
  }

  letGo(token: number, owner: unknown): void {
    this.#host.letGo(token, owner as LockOwner)
  }

  #left(id: string, { name }: RunningTask): void {
    warnOfForgotten(this.#host.ownerGone(id), name)
  }
}

function ownerOf(task: RunningTask): LockOwner {
  return {
    id: task.id,
    task: task.name,
    *ancestors() {
      for (const { id } of tasksAbove(task)) yield id
    },
    awaited: nobody,
  }
}

/** To the locks that nobody but this process sees. */
export function hostOfProcess(): LockRoute {
  return new LocalLockRoute(new LockHost(), 'process')
}
