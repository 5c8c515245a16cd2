/** Each call starts a thread: the three biggest run at the same time. `node dist/channels/fibonacci.js 30 31 32` */
import { coroutine, self, threadCache } from '@conc/channels'
import { main } from '@conc/core'

function fib(n: number): number {
  return n < 2 ? n : fib(n - 2) + fib(n - 1)
}

export const fibonacci = coroutine<[n: number], void, never, number>('fibonacci', (n) => {
  void self<never, number>()?.put(fib(n))
})

main(import.meta, async () => {
  const given = process.argv.slice(2).map(Number)
  const numbers = given.length > 0 ? given : [20, 21, 22]
  const channels = numbers.map((n) => fibonacci(n))
  for (const [index, channel] of channels.entries()) {
    console.log(`fib(${numbers[index]}) = ${await channel.get()}`)
  }
  await threadCache.drain()
})
