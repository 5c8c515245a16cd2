import { weave } from '@conc/weave'

/** Declared only by whoever calls this. */
export function inside() {
  return weave()
    .do('a', () => 1)
    .named('background/inside')
}

// Only the test itself has set this.
const start = weave().do('a', () => 1)
const middle = globalThis.isWeaveTest ? start.do('extra', ({ a }) => a) : start
export const shaped = middle.do('b', ({ a }) => a).named('background/shaped')
