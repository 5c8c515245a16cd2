import { main } from '@conc/core'
import { SimpleTaskPool } from '@conc/taskpool'
import { TcpControlClient, TcpControlServer } from '@conc/taskpool/control'
import { crawl } from './crawler/crawl.js'
import { Frontier } from './crawler/frontier.js'
import { Operator } from './crawler/operator.js'
import { Site } from './crawler/site.js'

main(import.meta, async () => {
  const [mode] = process.argv.slice(2)
  if (mode === undefined) await crawlBy(operate)
  else if (mode === '--by-hand') await crawlBy(waitForSomebody)
  else {
    process.stderr.write('Usage: crawler [--by-hand]\n')
    process.exitCode = 2
  }
})

interface Run {
  readonly pool: SimpleTaskPool<readonly [Frontier]>
  readonly control: TcpControlServer
  readonly frontier: Frontier
}

/** Crawls a site of this machine; `operates` says who starts and stops the workers. */
async function crawlBy(operates: (run: Run) => Promise<void>): Promise<void> {
  await using site = new Site(240)
  const frontier = new Frontier()
  frontier.add(await site.open())
  const pool = new SimpleTaskPool(crawl, { args: [frontier] as const, name: 'crawler' })
  await using control = await new TcpControlServer(pool, { port: 0 }).start()
  await operates({ pool, control, frontier })
  print(`${frontier.fetched} pages, ${frontier.bytes} characters, ${frontier.queue.size} left`)
  for (const { path, status } of frontier.broken) print(`broken: ${path} (${status})`)
}

async function operate({ control, frontier }: Run): Promise<void> {
  const { host, port } = control.address
  await using client = await new TcpControlClient(host, port).connect()
  print(`Connected to ${client.poolName}`)
  const operator = new Operator(client, print)
  await operator.regulate(frontier)
  await frontier.queue.join()
  await operator.say('stop-all')
  await operator.say('gather-and-close')
}

/** For `nc`: the first line is `{}`, then a command per line. */
async function waitForSomebody({ pool, control }: Run): Promise<void> {
  const { host, port } = control.address
  print(`Control it by: nc ${host} ${port}`)
  print("Say {} first, then 'start 5', '-h', and at last 'stop-all' and 'gather-and-close'.")
  await pool.untilClosed()
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
