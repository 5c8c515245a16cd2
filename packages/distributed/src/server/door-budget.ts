import type { Socket } from 'node:net'
import { isLoopbackAddress } from '../security/host-names.js'

/** Sockets that have not proven anything yet. */
const doorLimits = { all: 64, perAddress: 8, onLoopback: 32 } as const

interface Visitor {
  readonly socket: Socket
  readonly address: string
  readonly timer: NodeJS.Timeout
}

/**
 * The sockets in front of the door. A full budget closes the oldest, so that whoever holds sockets open and says
 * nothing keeps nobody out.
 */
export class DoorBudget {
  readonly #timeoutMs: number
  readonly #visitors = new Map<string, Visitor>()

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  get size(): number {
    return this.#visitors.size
  }

  arrived(socket: Socket): void {
    const address = socket.remoteAddress ?? ''
    const key = keyOf(socket)
    this.#makeRoom(address)
    const timer = setTimeout(() => socket.destroy(), Math.min(this.#timeoutMs, 2 ** 31 - 1))
    timer.unref()
    this.#visitors.set(key, { socket, address, timer })
    socket.once('close', () => this.#forget(key))
  }

  /** It has proven itself, and is watched no more. @param socket over TLS another object than the one that arrived. */
  passed(socket: Socket): void {
    this.#forget(keyOf(socket))
  }

  /** Sends everybody away. */
  clear(): void {
    for (const { socket } of this.#visitors.values()) socket.destroy()
  }

  #makeRoom(address: string): void {
    const sameAddress = [...this.#visitors.values()].filter((one) => one.address === address)
    const most = isLoopbackAddress(address) ? doorLimits.onLoopback : doorLimits.perAddress
    if (sameAddress.length >= most) this.#dismiss(sameAddress[0])
    else if (this.#visitors.size >= doorLimits.all) {
      this.#dismiss(this.#visitors.values().next().value)
    }
  }

  #dismiss(visitor: Visitor | undefined): void {
    if (visitor === undefined) return
    this.#forget(keyOf(visitor.socket))
    visitor.socket.destroy()
  }

  #forget(key: string): void {
    clearTimeout(this.#visitors.get(key)?.timer)
    this.#visitors.delete(key)
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress}|${remotePort}`
}
