import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { handler, type Shop } from '../src/author-page/handler.js'
import { Library } from '../src/author-page/library.js'
import { LocalServer } from '../src/author-page/local-server.js'
import { PriceService, type Refusals } from '../src/author-page/price-service.js'
import { Prices } from '../src/author-page/prices.js'

const program = fileURLToPath(new URL('../dist/author-page.js', import.meta.url))
const library = new Library(new URL('../data/library.json', import.meta.url))

async function shop(refusals: Refusals, more: Partial<Shop> = {}) {
  const service = new PriceService(refusals, 1)
  const prices = new Prices(await service.open())
  const server = new LocalServer(createServer(handler({ library, prices, ...more })))
  const address = await server.open()
  onTestFinished(async () => {
    await server[Symbol.asyncDispose]()
    await service[Symbol.asyncDispose]()
  })
  return { service, get: (path: string, init?: RequestInit) => fetch(new URL(path, address), init) }
}

describe('the author page', () => {
  it('is served with every price, though the price service refuses some at first', async () => {
    const { service, get } = await shop((id) => (id % 2 === 0 ? 3 : 0))
    const response = await get('/authors/7')
    expect(response.status).toBe(200)
    const page = await response.text()
    expect(page).toContain('<h1>Ursula K. Le Guin</h1>')
    expect(page.match(/<li>/g)).toHaveLength(6)
    expect(page).toContain('<li>The Left Hand of Darkness (1969), € 8.00</li>')
    expect(page).toContain('All of them: € 52.50')
    expect(service.answered).toBe(6)
  })

  it('is made by many requests at once', async () => {
    const { get } = await shop(() => 0)
    const pages = await Promise.all(
      [7, 8, 9, 7].map(async (id) => (await get(`/authors/${id}`)).text()),
    )
    const titles = pages.map((page) => /<title>(.*)<\/title>/.exec(page)?.[1])
    expect(titles).toEqual([
      'Ursula K. Le Guin',
      'Stanisław Lem',
      'Octavia E. Butler',
      'Ursula K. Le Guin',
    ])
  })

  it('is not found without its author, and a bad gateway without prices', async () => {
    const { get } = await shop(() => Number.POSITIVE_INFINITY)
    expect((await get('/authors/1')).status).toBe(404)
    expect((await get('/authors/x')).status).toBe(404)
    const response = await get('/authors/8')
    expect(response.status).toBe(502)
    expect(await response.text()).toMatch(/PriceError: The price service says 503 to book 8[12]\./)
  })

  it('is given up when its time is over', async () => {
    const never = { of: () => new Promise<number>(() => {}) } as unknown as Prices
    const { get } = await shop(() => 0, { prices: never, timeoutMs: 20 })
    expect((await get('/authors/8')).status).toBe(504)
  })

  it('asks for no more prices when the client goes away', async () => {
    const asked = withResolvers<AbortSignal>()
    const prices = {
      of: (_: unknown, signal: AbortSignal) => {
        asked.resolve(signal)
        return new Promise<number>(() => {})
      },
    } as unknown as Prices
    const { get } = await shop(() => 0, { prices })
    const client = new AbortController()
    const response = get('/authors/8', { signal: client.signal })
    const signal = await asked.promise
    client.abort()
    await expect(response).rejects.toThrow()
    if (!signal.aborted) await once(signal, 'abort')
    expect(signal.aborted).toBe(true)
  })

  it('has a report of how it was made, or not made', async () => {
    const { get } = await shop((id) => (id === 72 ? 1 : 0))
    const report = await (await get('/authors/7/report')).text()
    expect(report).toContain('The page of author 7')
    expect(report).toContain('PriceError: The price service says 503 to book 72.')
    expect(report.match(/class="bar bad"/g)).toHaveLength(1)
    const failed = await (await get('/authors/1/report')).text()
    expect(failed).toContain('UnknownAuthorError: There is no author 1.')
  })
})

describe('the program author-page', () => {
  it('writes the report on request', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'conc-author-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const file = join(folder, 'report.html')
    const { stdout } = await promisify(execFile)(process.execPath, [program, '--report', file])
    expect(stdout).toContain('<h1>Ursula K. Le Guin</h1>')
    expect(await readFile(file, 'utf8')).toContain('<!doctype html>')
  })

  it('serves until it is interrupted', async () => {
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(createInterface({ input: child.stdout }), 'line')
    const page = await fetch(String(line).replace('Serving ', ''))
    expect(page.status).toBe(200)
    child.kill('SIGINT')
    const [code] = await once(child, 'exit')
    expect(code).toBe(0)
  })

  it('says how it is used', async () => {
    const run = promisify(execFile)(process.execPath, [program, '--port'])
    await expect(run).rejects.toMatchObject({
      code: 2,
      stderr: 'Usage: author-page [--report [file]]\n',
    })
  })
})

function withResolvers<T>() {
  let resolve!: (value: T) => void
  const promise = new Promise<T>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}
