const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1', '[::1]'])

/** Whether the name means this machine and nobody else can reach it. */
export function isLoopback(host: string): boolean {
  return loopbackNames.has(host) || /^127\.\d+\.\d+\.\d+$/.test(host)
}

/** Whether an address of a socket is this machine's. */
export function isLoopbackAddress(address: string): boolean {
  return isLoopback(address.replace(/^::ffff:/, ''))
}

/** Whether a host means every address of this machine: then any name may lead here. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::'
}

/** Where to bind: `localhost` may resolve to two addresses, of which we take one. */
export function bindAddress(host: string): string {
  return host === 'localhost' ? '127.0.0.1' : host
}

/** The name in a `Host` header, without its port. */
export function hostNameOf(header: string): string {
  return header.replace(/:\d*$/, '').toLowerCase()
}

/** A host as it stands in a URL. */
export function urlHost(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
}
