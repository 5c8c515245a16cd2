import type { Capabilities, Executor, Load } from '../executor.js'

const cancels = ['waiting', 'cooperative', 'forceful'] as const
const values = ['wire', 'structured-clone', 'identity'] as const

/** What holds on whichever of them a call lands. */
export function commonCapabilities(executors: readonly Executor[]): Capabilities {
  const all = executors.map((one) => one.capabilities)
  const weakest = <T>(order: readonly T[], of: (one: Capabilities) => T): T =>
    order[Math.min(...all.map((one) => order.indexOf(of(one))))] as T
  return {
    closures: all.every((one) => one.closures),
    streaming: all.every((one) => one.streaming),
    durable: all.every((one) => one.durable),
    transfer: all.every((one) => one.transfer),
    cancel: weakest(cancels, (one) => one.cancel),
    delivery: all.some((one) => one.delivery === 'at-least-once')
      ? 'at-least-once'
      : 'at-most-once',
    values: weakest(values, (one) => one.values),
    priority: all.every((one) => one.priority),
  }
}

export function totalLoad(executors: readonly Executor[]): Load {
  const loads = executors.map((one) => one.load)
  const sum = (of: (load: Load) => number): number =>
    loads.reduce((total, load) => total + of(load), 0)
  return {
    concurrency: sum((load) => load.concurrency),
    running: sum((load) => load.running),
    waiting: sum((load) => load.waiting),
    queueLimit: sum((load) => load.queueLimit),
  }
}
