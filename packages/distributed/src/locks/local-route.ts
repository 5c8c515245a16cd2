import { deferred, whileSuspended } from '@conc/core/internal'
import { holdsSlot } from '../calls/foreign-wait.js'
import type { LockHost } from './lock-host.js'
import type { LockOwner, LockReply, LockRequest } from './lock-request.js'
import type { LockRoute } from './lock-route.js'

let owners = 0

/** To a host in this process; each acquisition is an owner of its own. */
export class LocalLockRoute implements LockRoute {
  readonly #host: LockHost
  readonly #name: string

  /** @param name of whoever has the host: how owners are shown. */
  constructor(host: LockHost, name: string) {
    this.#host = host
    this.#name = name
  }

  owner(): LockOwner {
    const id = `${this.#name}-owner-${++owners}`
    return { id, ancestors: () => [], awaited: () => [] }
  }

  request(request: LockRequest, owner: unknown, signal?: AbortSignal): Promise<LockReply> {
    const ask = (): Promise<LockReply> => this.#ask(request, owner as LockOwner, signal)
    return holdsSlot() ? whileSuspended(ask) : ask()
  }

  async #ask(request: LockRequest, owner: LockOwner, signal?: AbortSignal): Promise<LockReply> {
    signal?.throwIfAborted()
    const { promise, resolve, reject } = deferred<LockReply>()
    const leave = this.#host.request(request, owner, { granted: resolve, refused: reject })
    const givenUp = (): void => {
      leave()
      reject(signal?.reason)
    }
    signal?.addEventListener('abort', givenUp)
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', givenUp)
    }
  }
}
