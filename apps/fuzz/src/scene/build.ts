import { balance, type Executor, inline, limit } from '@conc/core'
import { connect, WorkerPool } from '@conc/distributed'
import { Pool } from '@conc/pool'
import { TaskPool } from '@conc/taskpool'
import { ThreadExecutor } from '@conc/threads'
import { knownTag } from '../plan/calls.js'
import type { Composition } from '../plan/composition.js'
import { startBullWorker } from './bull-worker-here.js'
import { Host } from './host.js'
import type { Scene } from './scene.js'
import { authkey, ServerHere } from './server-here.js'
import { TcpProxy } from './tcp-proxy.js'

/** What a body has between its cancel and its end, where it can be ended. */
const graceMs = 500

/** Makes an executor as it was composed, in this process and in others. What it is made of is in the scene. */
export async function build(whole: Composition, scene: Scene): Promise<Executor> {
  switch (whole.kind) {
    case 'inline':
      return scene.keep(inline())
    case 'threads': {
      const { size: maxThreads, tasksPerThread } = whole
      return scene.keep(new ThreadExecutor({ maxThreads, tasksPerThread, graceMs }))
    }
    case 'workers':
      return scene.keep(await openWorkerPool(whole))
    case 'limit':
      return scene.keep(limit(await build(whole.on, scene), whole.size))
    case 'pool':
      return openPool(whole, scene)
    case 'taskpool':
      return openTaskPool(whole, scene)
    case 'balance':
      return scene.keep(balance(await buildAll(whole.on, scene), { policy: whole.policy }))
    case 'session':
      return await openSession(whole, scene)
    case 'bull':
      return await openQueue(whole, scene)
  }
}

async function buildAll(parts: readonly Composition[], scene: Scene): Promise<Executor[]> {
  const built: Executor[] = []
  for (const part of parts) built.push(await build(part, scene))
  return built
}

async function openWorkerPool(whole: Composition & { kind: 'workers' }): Promise<WorkerPool> {
  const { breadth, concurrency, isForceful, isStarted } = whole
  const pool = new WorkerPool({
    breadth,
    concurrency,
    graceMs,
    cancel: isForceful ? 'forceful' : 'cooperative',
    tags: [knownTag],
    // Losses are what a round is made of.
    respawn: { minMs: 50, maxMs: 500, budget: 100, windowMs: 30_000 },
    console: 'silent',
  })
  if (isStarted) await pool.start()
  return pool
}

async function openPool(
  { size, on }: Composition & { kind: 'limit' | 'pool' | 'taskpool' },
  scene: Scene,
): Promise<Executor> {
  const pool = new Pool({ size, executor: await build(on, scene) })
  scene.sizes.push(pool)
  return scene.keep(pool)
}

async function openTaskPool(
  { size, on }: Composition & { kind: 'limit' | 'pool' | 'taskpool' },
  scene: Scene,
): Promise<Executor> {
  const pool = new TaskPool({ poolSize: size, executor: await build(on, scene), retain: 'none' })
  scene.sizes.push({
    get size() {
      return pool.poolSize
    },
    set size(size) {
      pool.poolSize = size
    },
  })
  return scene.keep(pool)
}

/** A server here or apart, a proxy before it, and a session. */
async function openSession(
  whole: Composition & { kind: 'session' },
  scene: Scene,
): Promise<Executor> {
  const proxy = await openProxy(0, scene)
  const settings = { resumeMs: whole.resumeMs }
  const moved = (port: number) => {
    proxy.target = port
  }
  if (whole.isApart) {
    await openHost({ role: 'server', on: whole.on, settings }, scene, moved)
  } else {
    const server = await ServerHere.of(await build(whole.on, scene), settings, moved)
    scene.servers.push(server)
    scene.closeLater(server)
  }
  const session = await connect({
    port: proxy.port,
    authkey,
    lazy: whole.isLazy,
    reconnectMs: whole.reconnectMs,
    orphans: whole.orphans,
    connectTimeoutMs: 2000,
    retryDelayMs: 100,
  })
  // A lazy one would refuse calls until it is connected.
  await session.ready()
  return scene.keep(session)
}

/** Workers here or apart, each with a proxy of its own before Redis, and an executor with one. */
async function openQueue(whole: Composition & { kind: 'bull' }, scene: Scene): Promise<Executor> {
  const queue = scene.nextQueue()
  for (const { isApart, concurrency, on } of whole.workers) {
    const settings = { url: await redisBehindProxy(scene), queue, concurrency }
    if (isApart) {
      await openHost({ role: 'worker', on, settings }, scene, () => {})
    } else {
      const worker = await startBullWorker(settings, on && (await buildUnderQueue(on, scene)))
      scene.bullWorkers.push(worker)
      scene.closeLater(worker)
    }
  }
  const { BullExecutor } = await import('@conc/bullmq')
  return scene.keep(new BullExecutor({ url: await redisBehindProxy(scene), queue }))
}

async function buildUnderQueue(whole: Composition, scene: Scene): Promise<Executor> {
  const { length } = scene.executors
  const executor = await build(whole, scene)
  for (const part of scene.executors.slice(length)) scene.underQueues.add(part)
  return executor
}

async function redisBehindProxy(scene: Scene): Promise<string> {
  const url = new URL(scene.redis as string)
  const proxy = await openProxy(Number(url.port || 6379), scene, url.hostname)
  url.host = `127.0.0.1:${proxy.port}`
  return url.href
}

async function openProxy(target: number, scene: Scene, host?: string): Promise<TcpProxy> {
  const proxy = await TcpProxy.to(target, host)
  scene.proxies.push(proxy)
  scene.closeLater({ name: 'a proxy', close: () => proxy.close() })
  return proxy
}

async function openHost(
  job: Parameters<typeof Host.of>[0],
  scene: Scene,
  moved: (port: number) => void,
): Promise<void> {
  const host = await Host.of(job, scene, moved)
  scene.hosts.push(host)
  scene.closeLater(host)
}
