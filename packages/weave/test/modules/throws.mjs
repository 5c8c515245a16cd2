import { weave } from '@conc/weave'

export const broken = weave()
  .do('a', () => 1)
  .named('background/broken')

// Only the test itself has set this.
if (!globalThis.isWeaveTest) throw new RangeError('no such luck')
