import { type MessagePort, parentPort } from 'node:worker_threads'

/** A hand-written producer: items in arrays, as many as were granted. */
const port = parentPort as MessagePort
let granted = 0
let wake: (() => void) | undefined

port.on('message', async (message: { grant: number } | { count: number; batch: number }) => {
  if ('grant' in message) {
    granted += message.grant
    wake?.()
  } else await produce(message.count, message.batch)
})

async function produce(count: number, batch: number): Promise<void> {
  let items: number[] = []
  for await (const item of numbers(count)) {
    if (granted === 0) {
      if (items.length > 0) port.postMessage(items)
      items = []
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    granted--
    items.push(item)
    if (items.length < batch) continue
    port.postMessage(items)
    items = []
  }
  port.postMessage(items)
  port.postMessage(null)
}

async function* numbers(count: number): AsyncGenerator<number> {
  for (let i = 0; i < count; i++) yield i
}
