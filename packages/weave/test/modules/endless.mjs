import { weave } from '@conc/weave'

export const endless = weave()
  .do('a', () => 1)
  .named('background/endless')

// Only the test itself has set this.
if (!globalThis.isWeaveTest) await new Promise(() => {})
