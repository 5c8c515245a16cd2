import { once } from 'node:events'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { TaskTimeoutError } from '@conc/core'
import type { WeaveEvent } from '@conc/weave'
import { report } from '@conc/weave/report'
import { authorPage } from './author-page.js'
import { type Library, UnknownAuthorError } from './library.js'
import { PriceError, type Prices } from './prices.js'

export interface Shop {
  readonly library: Library
  readonly prices: Prices
  /** For a whole page. */
  readonly timeoutMs?: number
}

/** `/authors/7` is the page, `/authors/7/report` how it was made. */
export function handler(shop: Shop): RequestListener {
  return (request, response) => void answer(shop, request, response)
}

async function answer(
  shop: Shop,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, id, view] = /^\/authors\/(\d+)(\/report)?$/.exec(request.url ?? '') ?? []
  if (id === undefined) return send(response, 404, 'Try /authors/7 or /authors/7/report.')
  const inputs = { authorId: Number(id), library: shop.library, prices: shop.prices }
  const options = { signal: whileConnected(response), timeoutMs: shop.timeoutMs ?? 5000 }
  try {
    if (view) return send(response, 200, await reported(inputs, options))
    const { page } = await authorPage.run(inputs, options)
    send(response, 200, page)
  } catch (error) {
    send(response, statusOf(error), String(error))
  }
}

/** Makes the page, and shows how, whatever became of it. */
async function reported(
  inputs: Shop & { readonly authorId: number },
  options: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<string> {
  const events: WeaveEvent[] = []
  await authorPage.settle(inputs, { ...options, onEvent: (event) => events.push(event) })
  return report(events, { title: `The page of author ${inputs.authorId}` }).html()
}

/** Aborts when the client goes away: nobody wants the page any more. */
function whileConnected(response: ServerResponse): AbortSignal {
  const controller = new AbortController()
  void once(response, 'close').then(() => controller.abort(new Error('The client went away.')))
  return controller.signal
}

function statusOf(error: unknown): number {
  if (error instanceof UnknownAuthorError) return 404
  if (error instanceof PriceError) return 502
  return error instanceof TaskTimeoutError ? 504 : 500
}

function send(response: ServerResponse, status: number, html: string): void {
  if (response.destroyed) return
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' }).end(html)
}
