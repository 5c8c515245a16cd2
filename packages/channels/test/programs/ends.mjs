// Idle threads, daemons, unread items and in-process waits do not hold the process; a running coroutine does.
import { channel, threadCache } from '@conc/channels'
import { count, daemon, fibonacci } from '../fixtures/coroutines.mjs'

void channel().get()
daemon()
const unread = count(3)
await unread.done
void fibonacci(20).get().then(console.log)
process.on('exit', () => console.log(threadCache.running))
