// A submitter process: node submitter.mjs <url> <queue> <module> <calls>. Says `submitted` on stdout, and waits for results.
import { BullExecutor } from '@conc/bullmq'

const [url, queue, module, calls] = process.argv.slice(2)
const { note } = await import(module)
const bull = new BullExecutor({ url, queue })
for (let n = 0; n < Number(calls); n++) {
  bull.submit(note, [process.env.JOURNAL, `${n}`], { idempotencyKey: `key-${n}` }).catch(() => {})
}
const seen = setInterval(async () => {
  const { waiting, running, completed } = await bull.stats()
  if (waiting + running + completed < Number(calls)) return
  clearInterval(seen)
  console.log('submitted')
}, 20)
