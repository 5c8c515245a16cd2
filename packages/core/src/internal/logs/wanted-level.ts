import { processState } from '../process-state.js'
import { type Level, levels } from './level.js'
import { logOutlet } from './log-outlet.js'

const words = processState('wanted-level', () => new Int32Array(new SharedArrayBuffer(4)))

/** How much is wanted of all code of this process, as memory that its threads read. @returns it */
export function showWantedLevel(): SharedArrayBuffer {
  Atomics.store(words, 0, levels.indexOf(logOutlet().level))
  return words.buffer as SharedArrayBuffer
}

/** In a thread: what the memory says. */
export function readWantedLevel(memory: Int32Array): Level {
  return levels[Atomics.load(memory, 0)] ?? 'off'
}
