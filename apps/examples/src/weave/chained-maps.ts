/** Maps over what a map gave: each stage begins when the one before is done. `node dist/weave/chained-maps.js` */
import { main } from '@conc/core'
import { weave } from '@conc/weave'

export const sums = weave()
  .each('squares', [1, 2, 3, 4], async (n) => n * n)
  .each('halves', 'squares', (square) => square / 2)
  .each('shares', 'halves', (half, { halves }) => half / halves.reduce((a, b) => a + b, 0))
  .do('line', ({ shares }) => shares.map((share) => `${Math.round(share * 100)} %`).join(', '))

main(import.meta, async () => {
  const { squares, halves, line } = await sums.run()
  console.log(squares, halves)
  console.log(line)
})
