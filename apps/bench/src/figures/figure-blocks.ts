import type { Results } from '../harness/results.js'
import { figureTable } from './figure-table.js'

/** `<!-- figures: pool map/array exec -->` … `<!-- /figures -->`: a suite, and beginnings of its path names. */
const block = /(<!-- figures: ([^>]+?) -->\n)[\s\S]*?(<!-- \/figures -->)/g

/** A README with the tables between its marks made anew. */
export function withFigures(text: string, results: Results): string {
  return text.replace(block, (_all, open: string, words: string, close: string) => {
    const [suite = '', ...paths] = words.trim().split(/\s+/)
    return `${open}\n${figureTable(results, suite, paths)}\n\n${close}`
  })
}
