import { Worker } from 'node:worker_threads'
import { builtFile } from './built-file.js'
import { Rpc } from './rpc.js'

/** Calls `add` on a thread. */
export type Add = (a: number, b: number) => Promise<number>

/** Threads of every contestant. */
const threadCount = 2

const opened = new Map<string, Promise<unknown>>()

/** The pools of a process live as long as it does: tests, which run all contestants in one, share them. */
function once<T>(key: string, open: () => Promise<T>): Promise<T> {
  const known = opened.get(key) as Promise<T> | undefined
  if (known !== undefined) return known
  const made = open()
  opened.set(key, made)
  return made
}

export function rpc(): Promise<Rpc> {
  return once('rpc', async () => {
    const made = new Rpc(threadCount)
    await Promise.all(Array.from({ length: threadCount }, () => made.call('add', [1, 1])))
    return made
  })
}

export async function rpcAdd(): Promise<Add> {
  const made = await rpc()
  return (a, b) => made.call('add', [a, b]) as Promise<number>
}

export function threads(): Promise<import('@conc/threads').ThreadExecutor> {
  return once('threads', async () => {
    const { ThreadExecutor } = await import('@conc/threads')
    const made = new ThreadExecutor({ minThreads: threadCount, maxThreads: threadCount })
    await made.ready()
    return made
  })
}

export async function threadsAdd(): Promise<Add> {
  const made = await threads()
  const { addTask } = await import('./tasks.js')
  return (a, b) => made.submit(addTask, [a, b])
}

export type PiscinaAtomics = 'sync' | 'async' | 'disabled'

export function piscina(atomics: PiscinaAtomics): Promise<import('piscina').Piscina> {
  return once(`piscina ${atomics}`, async () => {
    const { Piscina } = await import('piscina')
    return new Piscina({
      filename: builtFile('piscina.entry.js').href,
      minThreads: threadCount,
      maxThreads: threadCount,
      atomics,
    })
  })
}

export async function piscinaAdd(atomics: PiscinaAtomics): Promise<Add> {
  const made = await piscina(atomics)
  return (a, b) => made.run([a, b], { name: 'add' })
}

export async function tinypoolAdd(): Promise<Add> {
  const made = await once('tinypool', async () => {
    const { Tinypool } = await import('tinypool')
    return new Tinypool({
      filename: builtFile('tinypool.entry.js').href,
      minThreads: threadCount,
      maxThreads: threadCount,
    })
  })
  return (a, b) => made.run([a, b], { name: 'add' })
}

export async function poolifierAdd(): Promise<Add> {
  const made = await once('poolifier', async () => {
    const { FixedThreadPool } = await import('poolifier')
    return new FixedThreadPool<[number, number], number>(
      threadCount,
      builtFile('poolifier.entry.js').pathname,
    )
  })
  return (a, b) => made.execute([a, b])
}

export async function workerpoolAdd(): Promise<Add> {
  const made = await once('workerpool', async () => {
    const { default: workerpool } = await import('workerpool')
    return workerpool.pool(builtFile('workerpool.entry.js').pathname, {
      workerType: 'thread',
      minWorkers: threadCount,
      maxWorkers: threadCount,
    })
  })
  return async (a, b) => (await made.exec('add', [a, b])) as number
}

interface ComlinkApi {
  add(a: number, b: number): Promise<number>
  stamp(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>>
}

export function comlinkApis(): Promise<readonly ComlinkApi[]> {
  return once('comlink', async () => {
    const { default: comlink } = await import('comlink')
    const { default: adapter } = await import('comlink/dist/umd/node-adapter.js')
    const nodeEndpoint = adapter as unknown as typeof adapter.default
    return Array.from({ length: threadCount }, () => {
      const worker = new Worker(builtFile('comlink.entry.js'))
      worker.unref()
      return comlink.wrap(nodeEndpoint(worker)) as unknown as ComlinkApi
    })
  })
}

export async function comlinkAdd(): Promise<Add> {
  const apis = await comlinkApis()
  let next = 0
  return (a, b) => (apis[next++ % threadCount] as ComlinkApi).add(a, b)
}
