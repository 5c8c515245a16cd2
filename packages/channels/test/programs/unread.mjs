import { thrower } from '../fixtures/coroutines.mjs'

process.on('warning', (warning) => console.log(warning.code))
thrower('x')
const read = thrower('y')
await read.done.catch(() => {})
