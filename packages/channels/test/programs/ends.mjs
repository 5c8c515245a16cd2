// Idle threads, daemons, unread items, channels left open, clocks and in-process waits do not hold the process; a running coroutine does.
import { after, channel, duplex, threadCache, ticker } from '@conc/channels'
import { count, daemon, fibonacci } from '../fixtures/coroutines.mjs'

void channel().get()
after(3_600_000)
ticker(1000)
const [open] = duplex()
void open.put({ nobody: 'takes it' })
daemon()
const unread = count(3)
await unread.done
void fibonacci(20).get().then(console.log)
process.on('exit', () => console.log(threadCache.running))
