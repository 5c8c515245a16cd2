import { type MessagePort, parentPort } from 'node:worker_threads'
import { nested, type Point, point } from './items.js'
import { NumberRing } from './number-ring.js'

/** What a hand-written thread is told to do. */
export type Job =
  | { readonly job: 'points' | 'nested' | 'post' | 'consume'; readonly count: number }
  | { readonly job: 'posts'; readonly port: MessagePort; readonly posted: Int32Array }
  | { readonly job: 'echo' }
  | { readonly job: 'ring'; readonly ring: SharedArrayBuffer; readonly count: number }
  | { readonly job: 'atomics' | 'spin'; readonly turn: Int32Array; readonly rounds: number }

const parent = parentPort as MessagePort
let posts: Extract<Job, { job: 'posts' }> | undefined

parent.on('message', (job: Job | Point | Uint8Array<ArrayBuffer>) => {
  if ('job' in job) work(job)
  else if ('buffer' in job) parent.postMessage(job, [job.buffer])
  else take(job)
})

let echoes = false
let [awaited, sum] = [0, 0]

function take(item: Point): void {
  if (echoes) parent.postMessage(item)
  else {
    sum += item.x
    if (--awaited === 0) parent.postMessage(sum)
  }
}

function work(job: Job): void {
  switch (job.job) {
    case 'points':
      for (let i = 0; i < job.count; i++) parent.postMessage(point(i))
      break
    case 'nested':
      for (let i = 0; i < job.count; i++) parent.postMessage(nested(i))
      break
    case 'consume':
      echoes = false
      awaited = job.count
      sum = 0
      break
    case 'echo':
      echoes = true
      break
    case 'posts':
      posts = job
      break
    case 'post':
      post(job.count)
      break
    case 'ring':
      fill(new NumberRing(job.ring), job.count)
      break
    case 'atomics':
      for (let i = 0; i < job.rounds; i++) answer(job.turn, 2 * i, true)
      break
    case 'spin':
      for (let i = 0; i < job.rounds; i++) answer(job.turn, 2 * i, false)
      break
  }
}

function post(count: number): void {
  if (posts === undefined) return
  for (let i = 0; i < count; i++) {
    posts.port.postMessage(point(i))
    Atomics.add(posts.posted, 0, 1)
    Atomics.notify(posts.posted, 0)
  }
}

function fill(ring: NumberRing, count: number): void {
  for (let i = 0; i < count; i++) while (!ring.put(i));
}

function answer(turn: Int32Array, before: number, sleeps: boolean): void {
  while (Atomics.load(turn, 0) === before) if (sleeps) Atomics.wait(turn, 0, before)
  Atomics.add(turn, 0, 1)
  if (sleeps) Atomics.notify(turn, 0)
}
