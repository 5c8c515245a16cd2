import { describeExecutor } from '@conc/core/conformance'
import { ThreadPerCall } from './thread-per-call.js'

describeExecutor('ThreadPerCall', (setup) => new ThreadPerCall(setup), {
  separateWorkers: true,
  // A thread is started for each call, and for each one that it makes.
  guardMs: 20_000,
  brokenStart: (setup) => new ThreadPerCall(setup, new URL('./no-such-file.mjs', import.meta.url)),
})
