import { describeExecutor } from '@conc/core/conformance'
import { ThreadPerCall } from './thread-per-call.js'

describeExecutor('ThreadPerCall', (setup) => new ThreadPerCall(setup), {
  separateWorkers: true,
  brokenStart: (setup) => new ThreadPerCall(setup, new URL('./no-such-file.mjs', import.meta.url)),
})
