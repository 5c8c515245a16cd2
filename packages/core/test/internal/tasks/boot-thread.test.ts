import { threadId } from 'node:worker_threads'
import { describe, expect, it } from 'vitest'
import { decodeError } from '../../../src/errors/decode-error.js'
import { bootThread, threadRole } from '../../../src/internal/tasks/boot-thread.js'

describe('bootThread', () => {
  it('imports the modules, takes the role and reports', async () => {
    const url = 'data:text/javascript,globalThis.bootThreadTest = 1'
    expect(await bootThread({ role: "thread of 'test'", modules: [url] })).toEqual({ threadId })
    expect(globalThis).toHaveProperty('bootThreadTest', 1)
    expect(threadRole()).toBe("thread of 'test'")
  })

  it('reports what a module throws, whole', async () => {
    const url = 'data:text/javascript,throw new RangeError("no")'
    const { failure } = await bootThread({ role: 'test', modules: [url] })
    expect(failure && decodeError(failure)).toBeInstanceOf(RangeError)
  })
})
