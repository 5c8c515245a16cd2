import { coroutine, type Start } from '@conc/channels'

// What starts one is all that is measured: this module imports no other, as the one that `new Worker` runs does not either.
const options = {
  // Compiled, also where a test imports this file.
  module: import.meta.url.replace(/src(\/\w+\/\w+)\.ts$/, 'dist$1.js'),
  // They wait for the next run for ever, which is no reason to stay.
  daemon: true,
}

export const nothing: Start<[], number, never, never> = coroutine('bench/nothing', () => 1, options)
export const isolated: Start<[], number, never, never> = coroutine('bench/isolated', () => 1, {
  ...options,
  isolate: true,
})
