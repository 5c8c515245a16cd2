import { spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { type Executor, ExecutorClosedError } from '@conc/core'
import type { Rule } from './scene/faults.js'

type Submit = (work: unknown, args: readonly unknown[], options?: Options) => Promise<unknown>

interface Options {
  readonly signal?: AbortSignal
}

/** Parts of an executor that stand in for its own. */
type Parts = Partial<Record<keyof Executor, unknown>>

/** For each rule a way to break it, so that tests see that a round would notice. */
const plants: Readonly<Record<Rule, (root: Executor, submit: Submit) => Parts>> = {
  settles: () => ({ submit: () => new Promise(() => {}) }),
  'rejects at once': (_, submit) => ({
    submit: async (work: unknown, args: readonly unknown[], options: Options = {}) => {
      const late = setTimeout(3500)
      return await submit(work, args, options).finally(() => options.signal && late)
    },
  }),
  started: (_, submit) => ({
    submit: async (...call: Parameters<Submit>) => {
      await submit(...call)
      throw new ExecutorClosedError('A lie.', { started: false })
    },
  }),
  'runs once': (_, submit) => ({
    submit: async (...call: Parameters<Submit>) => {
      await submit(...call)
      return await submit(...call)
    },
  }),
  'right result': () => ({ submit: async () => ({ id: 'none' }) }),
  'items in order': (root) => ({
    stream: async function* (...call: Parameters<Executor['stream']>) {
      let count = 0
      for await (const item of root.stream(...call)) if (count++ !== 1) yield item
    },
  }),
  'known errors': () => ({ submit: () => Promise.reject(new Error('A raw one.')) }),
  'own reason': (_, submit) => ({
    submit: async (work: unknown, args: readonly unknown[], options: Options = {}) => {
      return await submit(work, args, options).catch((error: Error) => {
        throw error === options.signal?.reason ? new Error(error.message) : error
      })
    },
  }),
  'slots come back': () => ({ load: { concurrency: 1, running: 1, waiting: 0, queueLimit: 1 } }),
  'works again': (_, submit) => ({
    submit: async (work: unknown, args: readonly unknown[], options?: Options) => {
      const isProbe = (args[0] as { id: string }).id.startsWith('probe')
      if (isProbe) throw new ExecutorClosedError('Closed for good.')
      return await submit(work, args, options)
    },
  }),
  closes: () => ({ close: () => new Promise(() => {}) }),
  'no rejection unhandled': () => {
    void Promise.reject(new Error('Nobody looks.'))
    return {}
  },
  'no warning of leaks': () => {
    process.emitWarning('Many.', 'MaxListenersExceededWarning')
    return {}
  },
  'no process left': () => {
    spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)'], { stdio: 'ignore' }).unref()
    return {}
  },
  'ends by itself': () => {
    setInterval(() => {}, 1000)
    return {}
  },
}

export const plantNames = Object.keys(plants) as readonly Rule[]

/** @returns `root`, less one of its promises. */
export function plantIn(root: Executor, name: string | undefined): Executor {
  if (name === undefined) return root
  const parts = plants[name as Rule](root, root.submit.bind(root) as Submit)
  return new Proxy(root, {
    get(target, key) {
      if (key in parts) return parts[key as keyof Parts]
      const own: unknown = Reflect.get(target, key, target)
      return typeof own === 'function' ? own.bind(target) : own
    },
  })
}
