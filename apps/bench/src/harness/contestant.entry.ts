import { suites } from '../suites.js'
import { type Answer, findContestant, type Ticket } from './session.js'
import type { Sampler } from './suite.js'

let sampler: Sampler | undefined

process.on('message', (question: Ticket | 'sample') => {
  void answer(question).then(send, (error: unknown) =>
    send({ error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit())

async function answer(question: Ticket | 'sample'): Promise<Answer> {
  if (question !== 'sample') {
    sampler = await findContestant(suites, question).open(question.pace)
    return {}
  }
  if (!sampler) throw new Error('Expected a ticket before the first sample.')
  return { figures: await sampler.sample() }
}

function send(message: Answer): void {
  process.send?.(message)
}
