import type { PoolTask } from '@conc/taskpool'
import type { Frontier } from './frontier.js'

/** One worker: it fetches pages until it is stopped. Whoever stops it loses no page. */
export async function crawl(frontier: Frontier, { signal }: PoolTask): Promise<void> {
  for await (const lease of frontier.queue.leases({ signal })) {
    try {
      await visit(lease.item, frontier, signal)
    } catch (error) {
      if (signal.aborted) lease.putBack()
      throw error
    }
  }
}

async function visit(url: URL, frontier: Frontier, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, { signal })
  const html = await response.text()
  if (!response.ok) frontier.broken.push({ path: url.pathname, status: response.status })
  for (const link of linksIn(html, url)) frontier.add(link)
  frontier.note(html.length)
}

function linksIn(html: string, base: URL): URL[] {
  const links = [...html.matchAll(/<a href="([^"]+)"/g)].map(
    ([, href]) => new URL(href ?? '', base),
  )
  return links.filter(({ host }) => host === base.host)
}
