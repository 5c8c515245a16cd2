import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { main } from '@conc/core'
import { handler } from './author-page/handler.js'
import { Library } from './author-page/library.js'
import { LocalServer } from './author-page/local-server.js'
import { PriceService } from './author-page/price-service.js'
import { Prices } from './author-page/prices.js'

main(import.meta, async () => {
  const [mode, file = 'author-page.html'] = process.argv.slice(2)
  if (mode === undefined) await serving(untilInterrupted)
  else if (mode === '--report') await serving((address) => writeReport(address, file))
  else {
    process.stderr.write('Usage: author-page [--report [file]]\n')
    process.exitCode = 2
  }
})

/** Serves the pages and the prices, as long as `visit` takes. */
async function serving(visit: (address: URL) => Promise<void>): Promise<void> {
  await using service = new PriceService()
  const prices = new Prices(await service.open())
  await using server = new LocalServer(createServer(handler({ library: new Library(), prices })))
  await visit(await server.open())
}

async function untilInterrupted(address: URL): Promise<void> {
  print(`Serving ${new URL('/authors/7', address)}`)
  print(`Report  ${new URL('/authors/7/report', address)}`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}

/** Asks for the page as a browser would, then for its report. */
async function writeReport(address: URL, file: string): Promise<void> {
  const page = await fetch(new URL('/authors/7', address))
  print((await page.text()).trim())
  const report = await fetch(new URL('/authors/7/report', address))
  await writeFile(file, await report.text())
  print(`Its report is in ${file}`)
}

function print(line: string): void {
  process.stdout.write(`${line}\n`)
}
