import { go, threadCache } from '@conc/channels'
import { refused, start } from '../fixtures/plain.mjs'

const said = {
  fib: await start.fib(10).done,
  factorial: await start.factorial(5).done,
  double: await start.double(4).done,
  scoped: await start.scoped(1).done,
  together: await start.together(10).done,
  renamed: await start.renamed(4).done,
  channel: await start.channel().get(),
  method: await start.method(8).get(),
  imports: await start.imports().done,
  names: await start.names({ a: 1, b: [undefined, 2, 9] }).done,
}
for (const [key, [fn]] of Object.entries(refused)) {
  try {
    go(fn)
    said[key] = 'accepted'
  } catch (error) {
    said[key] = [error.reason, error.names]
  }
}
try {
  go(() => value, { scope: { value: { cb() {} } } })()
} catch (error) {
  said.uncloneable = error.path
}
await threadCache.drain()
console.log(JSON.stringify(said))
