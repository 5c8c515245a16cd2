/** Counts the lines of every file in a folder, a few at a time. `node dist/weave/file-processor.js src` */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { main } from '@conc/core'
import { weave } from '@conc/weave'

export const counting = weave()
  .input<{ folder: string }>()
  .do('files', async ({ folder }) => {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile())
      .map(({ name }) => name)
      .sort()
  })
  .each('counts', 'files', { workers: 4 }, async (name, { folder }) => {
    const text = await readFile(join(folder, name), 'utf8')
    return { name, lines: text.split('\n').length - 1 }
  })
  .do('longest', ({ counts }) => [...counts].sort((one, other) => other.lines - one.lines)[0])
  .do('lines', ({ counts }) => counts.reduce((sum, { lines }) => sum + lines, 0))

main(import.meta, async () => {
  const { files, lines, longest } = await counting.run({ folder: process.argv[2] ?? '.' })
  console.log(`${files.length} files, ${lines} lines`)
  if (longest) console.log(`the longest: ${longest.name}, ${longest.lines} lines`)
})
