/** What is left when a task fails, and how to go on from there. `node dist/weave/errors.js` */
import { main } from '@conc/core'
import { resultOf, weave } from '@conc/weave'

let isUp = false

export const report = weave()
  .do('rows', () => [3, 1, 2])
  .do('rate', async () => {
    if (isUp) return 1.1
    throw new Error('The rates are not there yet.')
  })
  .do('sorted', ({ rows }) => [...rows].sort())
  .do('priced', ({ sorted, rate }) => sorted.map((n) => n * rate))

main(import.meta, async () => {
  // run() rejects with the task's own error, which leads to what was done.
  try {
    await report.run()
  } catch (error) {
    console.log(String(error), Object.keys(resultOf(error)?.values ?? {}))
  }
  // settle() tells what became of every task; this one goes on with what does not need the rate.
  const settled = await report.settle({ onError: 'finish-independent' })
  for (const [name, { status }] of Object.entries(settled.tasks)) console.log(name, status)
  // Later: only what is missing runs.
  isUp = true
  const { priced } = await report.run({ given: settled.values })
  console.log(priced.map((n) => n.toFixed(1)).join(' '))
})
