// One client, two pools on two addresses, one of which is killed in the middle of the work.
import { randomBytes } from 'node:crypto'
import { balance, ConnectionLostError, main } from '@conc/core'
import { Host } from './two-hosts/host.js'
import { send, square } from './two-hosts/tasks.js'

const calls = 400

main(import.meta, async () => {
  const authkey = randomBytes(32).toString('hex')
  await using one = await Host.start('127.0.0.1', authkey)
  await using other = await Host.start('127.0.0.2', authkey)
  await using both = balance([one.session, other.session])

  const numbers = Array.from({ length: calls }, (_, index) => index)
  const retry = { times: 10, delayMs: 20, jitter: true }
  const pending = numbers.map((number) => both.submit(square, [number], { retry }))
  const squares = Promise.allSettled(pending)
  const letters = Promise.allSettled(numbers.map((number) => send.on(both)(number)))
  await pending[calls / 4]
  await one.kill()

  const isRight = (await squares).every(
    (square, index) => square.status === 'fulfilled' && square.value === index * index,
  )
  console.log(`squares, which may be done twice: ${isRight ? `all ${calls} are there` : 'lost'}`)
  const lost = (await letters).filter((letter) => letter.status === 'rejected')
  const reported = lost.filter(({ reason }) => reason instanceof ConnectionLostError)
  console.log(`letters, which may not: ${calls - lost.length} sent, ${reported.length} reported`)
  console.log(`neither: ${lost.length - reported.length}`)
})
