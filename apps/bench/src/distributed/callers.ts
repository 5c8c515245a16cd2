import type { Session, WorkerPool } from '@conc/distributed'
import type { Add } from '../threads/callers.js'
import { PipeEcho } from './pipe-echo.js'
import { WsEcho } from './ws-echo.js'

const authkey = 'a key of enough bytes'

/** A session over an executor of this process: what is measured is the way there and back. */
export async function session(): Promise<Session> {
  const { inline } = await import('@conc/core')
  const { connect, serve } = await import('@conc/distributed')
  const server = await serve(inline(), { authkey })
  return await connect({ port: server.port, authkey, prefetch: { items: 64 } })
}

export async function sessionAdd(): Promise<Add> {
  const { addTask } = await import('./tasks.js')
  const opened = await session()
  return (one, other) => opened.submit(addTask, [one, other])
}

let opened: Promise<WorkerPool> | undefined

/** The pool of a process lives as long as it does. */
export function pool(): Promise<WorkerPool> {
  opened ??= (async () => {
    const { createPool } = await import('@conc/distributed')
    return await createPool({ breadth: 1, concurrency: 1000, prefetch: { items: 64 } })
  })()
  return opened
}

export async function poolAdd(): Promise<Add> {
  const made = await pool()
  const { addTask } = await import('./pool-tasks.js')
  return (one, other) => made.submit(addTask, [one, other])
}

/** Over a session of this process, into the worker of a pool that is served here. */
export async function poolAddOverSession(): Promise<Add> {
  const { connect, serve } = await import('@conc/distributed')
  const server = await serve(await pool(), { authkey })
  const opened = await connect({ port: server.port, authkey })
  const { addTask } = await import('./pool-tasks.js')
  return (one, other) => opened.submit(addTask, [one, other])
}

export async function pipeAdd(): Promise<Add> {
  const echo = new PipeEcho()
  await echo.add(1, 1)
  return (one, other) => echo.add(one, other)
}

export async function wsAdd(): Promise<Add> {
  const echo = await WsEcho.open((one: number, other: number) => one + other)
  return (one, other) => echo.call(one, other) as Promise<number>
}

/** A unary call with msgpackr for its messages, as the others have. */
export async function grpcAdd(): Promise<Add> {
  const grpc = await import('@grpc/grpc-js')
  const { pack, unpack } = await import('msgpackr')
  const method = {
    path: '/bench.Bench/Add',
    requestStream: false,
    responseStream: false,
    requestSerialize: pack,
    requestDeserialize: unpack,
    responseSerialize: pack,
    responseDeserialize: unpack,
  }
  const server = new grpc.Server()
  server.addService(
    { add: method },
    {
      add: ({ request }: { request: [number, number] }, answer: (e: null, v: number) => void) =>
        answer(null, request[0] + request[1]),
    },
  )
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure())
  return (one, other) =>
    new Promise((resolve, reject) => {
      client.makeUnaryRequest(method.path, pack, unpack, [one, other], (error, value) =>
        error ? reject(error) : resolve(value as number),
      )
    })
}
