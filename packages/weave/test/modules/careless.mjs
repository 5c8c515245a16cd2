import { weave } from '@conc/weave'

export const careless = weave()
  .do('a', () => 1)
  .named('background/careless')

// A program without main(): whoever imports it starts it again.
if (!globalThis.isWeaveTest) careless.background({ where: 'thread' })
