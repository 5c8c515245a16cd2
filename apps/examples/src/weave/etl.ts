/** Extract, transform, load: rows of two sources, bad ones set aside, batches written with retries. `node dist/weave/etl.js` */
import { main } from '@conc/core'
import { denone, flatten, fold, weave } from '@conc/weave'

interface Order {
  readonly id: number
  readonly cents: number
}

const shop = ['1;1999', '2;0500', '3;free']
const web = ['11;1250', '12;80']

function parsed(line: string): Order | undefined {
  const [id, cents] = line.split(';').map(Number)
  return id && cents ? { id, cents } : undefined
}

/** A warehouse that is busy the first time. */
export class Warehouse {
  readonly rows: Order[] = []
  #isBusy = true

  async write(orders: readonly Order[]): Promise<number> {
    if (this.#isBusy) {
      this.#isBusy = false
      throw new Error('The warehouse is busy.')
    }
    return this.rows.push(...orders)
  }
}

export const nightly = weave()
  .input<{ warehouse: Warehouse }>()
  .do({ fromShop: async () => shop, fromWeb: async () => web })
  .do('lines', ({ fromShop, fromWeb }) => flatten([fromShop, fromWeb]))
  .each('orders', 'lines', parsed)
  .do('good', ({ orders }) => denone(orders))
  .do('batches', ({ good }) => fold(good, 2))
  .each('written', 'batches', { retries: 1, workers: 1 }, (batch, { warehouse }) =>
    warehouse.write(batch),
  )
  .do('line', { after: ['written'] }, ({ lines, good }) => {
    const cents = good.reduce((sum, order) => sum + order.cents, 0)
    return `${good.length} of ${lines.length} orders loaded, ${cents / 100} in all`
  })

main(import.meta, async () => {
  const { line } = await nightly.run({ warehouse: new Warehouse() })
  console.log(line)
})
