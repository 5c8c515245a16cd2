/** Three stages, a thread each: lines of a file, their words, the counts. `node dist/channels/word-count.js file 5` */
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { coroutine, duplex, type LinkedChannel } from '@conc/channels'
import { main } from '@conc/core'

type Batches = LinkedChannel<string[], string[]>

const linesAtOnce = 64

export const readLines = coroutine('word-count/lines', async (path: string, out: Batches) => {
  let batch: string[] = []
  for await (const line of createInterface({ input: createReadStream(path) })) {
    if (batch.push(line) < linesAtOnce) continue
    await out.put(batch) // waits while the next stage is behind
    batch = []
  }
  await out.put(batch)
  out.close()
})

export const splitWords = coroutine('word-count/words', async (lines: Batches, out: Batches) => {
  for await (const batch of lines) {
    await out.put(batch.flatMap((line) => line.toLowerCase().match(/\p{L}+/gu) ?? []))
  }
  out.close()
})

export const countWords = coroutine('word-count/count', async (words: Batches) => {
  const counts = new Map<string, number>()
  for await (const batch of words) {
    for (const word of batch) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
})

main(import.meta, async () => {
  const [path = fileURLToPath(import.meta.url), shown = '5'] = process.argv.slice(2)
  const [linesIn, linesOut] = duplex<string[]>({ capacity: 4 })
  const [wordsIn, wordsOut] = duplex<string[]>({ capacity: 4 })
  const stages = [readLines(path, linesIn), splitWords(linesOut, wordsIn)]
  const counted = countWords(wordsOut)
  await Promise.all(stages.map((stage) => stage.done))
  const counts = [...(await counted.done)].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
  for (const [word, count] of counts.slice(0, Number(shown))) console.log(`${count} ${word}`)
})
