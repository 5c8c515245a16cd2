import { setTimeout } from 'node:timers/promises'
import type { Disturbance } from '../plan/disturbances.js'
import { descendants, signal } from '../scene/processes.js'
import type { Scene } from '../scene/scene.js'
import { closeWithin } from '../scene/scene.js'
import type { TcpProxy } from '../scene/tcp-proxy.js'

/** Does one thing to a part of the scene. @returns when it is put right again. */
export async function disturb(
  { kind, dice, forMs, pending }: Disturbance,
  scene: Scene,
  limitMs: number,
): Promise<void> {
  const any = <T>(all: readonly T[]): T | undefined => all[Math.floor(dice * all.length)]
  switch (kind) {
    case 'kill worker':
      return signal(await workerPid(scene, dice), 'SIGKILL')
    case 'pause worker':
      return await pauseProcess(await workerPid(scene, dice), forMs)
    case 'kill host':
      return signal(any(scene.hosts)?.pid, 'SIGKILL')
    case 'pause host':
      return await pauseProcess(any(scene.hosts)?.pid, forMs)
    case 'drain host':
      return await any(scene.hosts)?.drain(pending)
    case 'cut':
      return any(scene.proxies)?.cut()
    case 'cut one':
      return any(scene.proxies)?.cutOne(1 - dice)
    case 'stall':
      return await stall(any(scene.proxies), forMs)
    case 'shut':
      return await shut(any(scene.proxies), forMs)
    case 'close server':
      return await any(scene.servers)?.leave({ pending, timeoutMs: forMs }, forMs)
    case 'resize':
      return await resize(scene, dice, forMs)
    case 'replace bull worker':
      return await any(scene.bullWorkers)?.replace({ pending, timeoutMs: forMs }, forMs)
    case 'close part': {
      const parts = scene.executors.slice(0, -1)
      const part = any(parts.filter((one) => !scene.underQueues.has(one)))
      if (part) await closeWithin(part, { pending, timeoutMs: forMs }, limitMs, scene.note)
    }
  }
}

/** Workers are what this process and its hosts have started; hosts are not. */
async function workerPid({ hosts }: Scene, dice: number): Promise<number | undefined> {
  const known = new Set(hosts.map(({ pid }) => pid))
  const workers = (await descendants()).filter(({ pid }) => !known.has(pid))
  return workers[Math.floor(dice * workers.length)]?.pid
}

async function pauseProcess(pid: number | undefined, forMs: number): Promise<void> {
  signal(pid, 'SIGSTOP')
  await setTimeout(forMs)
  signal(pid, 'SIGCONT')
}

async function stall(proxy: TcpProxy | undefined, forMs: number): Promise<void> {
  proxy?.stall()
  await setTimeout(forMs)
  proxy?.flow()
}

async function shut(proxy: TcpProxy | undefined, forMs: number): Promise<void> {
  proxy?.shut()
  await setTimeout(forMs)
  proxy?.open()
}

async function resize({ sizes }: Scene, dice: number, forMs: number): Promise<void> {
  const part = sizes[Math.floor(dice * sizes.length)]
  if (!part) return
  part.size = 1 + Math.floor(((dice * sizes.length) % 1) * 8)
  await setTimeout(forMs)
}
