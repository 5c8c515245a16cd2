import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { withFigures } from './figures/figure-blocks.js'
import type { Results } from './harness/results.js'

/** Puts the figures of `results.json` into every README that has a place for them: `node apps/bench/dist/figures.js`. */
const root = fileURLToPath(new URL('../../../', import.meta.url))
const results = JSON.parse(readFileSync(join(root, 'apps/bench/results.json'), 'utf8')) as Results

for (const path of readmes()) {
  const text = readFileSync(path, 'utf8')
  const made = withFigures(text, results)
  if (made === text) continue
  writeFileSync(path, made)
  console.log(`figures: ${path.slice(root.length)}`)
}

function readmes(): string[] {
  const folders = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => join(root, folder, name)),
  )
  return [root, ...folders]
    .map((folder) => join(folder, 'README.md'))
    .filter((path) => existsSync(path))
}
