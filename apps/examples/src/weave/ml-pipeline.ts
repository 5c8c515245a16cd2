/** A diamond: two features of one data set, side by side, put together and checked. `node dist/weave/ml-pipeline.js 1000` */
import { main } from '@conc/core'
import { weave } from '@conc/weave'

const hasNaN = (row: readonly number[]) => row.some(Number.isNaN)

export const features = weave()
  .input<{ records: number }>()
  .do('dataset', { retries: 2, timeoutMs: 60_000 }, ({ records }) => {
    return Array.from({ length: records }, (_, i) => (10 * i) / Math.max(records - 1, 1))
  })
  .each('featureA', 'dataset', (x) => Math.sin(x))
  .each('featureB', 'dataset', (x) => Math.cos(x))
  .do('rows', ({ featureA, featureB }) => featureA.map((a, i) => [a, featureB[i] ?? Number.NaN]))
  .do('quality', async ({ rows }, { merge }) => {
    const bad = await merge(hasNaN, rows, { workers: 100 })
    return bad.some(Boolean) ? 'WARN: NaN values detected' : 'OK'
  })
  .do('line', ({ rows, quality }) => `${rows.length} rows, ${quality}`)

main(import.meta, async () => {
  const records = Number(process.argv[2] ?? 1000)
  console.log((await features.run({ records })).line)
  // The same with another feature: a template is derived from, never changed.
  const broken = features.overrideEach('featureB', (x) => Math.sqrt(5 - x))
  console.log((await broken.run({ records })).line)
})
