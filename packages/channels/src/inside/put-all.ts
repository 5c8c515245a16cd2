import type { SelfEnd } from '../coroutine/self.js'

type Steps = AsyncIterator<unknown> | Iterator<unknown>

/** Puts what a generator yields, waiting for room. @returns what it returns; anything else as it is. */
export async function putAll(end: SelfEnd, result: unknown): Promise<unknown> {
  if (!isGenerator(result)) return result
  for (;;) {
    const step = await result.next()
    if (step.done) return step.value
    try {
      await end.put(await step.value)
    } catch (error) {
      await result.return?.()
      throw error
    }
  }
}

function isGenerator(value: unknown): value is Steps {
  const tag = Object.prototype.toString.call(value)
  return tag === '[object Generator]' || tag === '[object AsyncGenerator]'
}
