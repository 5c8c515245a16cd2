import { describe, expect, it } from 'vitest'
import { contextVar } from '../../../src/context-var.js'
import { inFrame } from '../../../src/internal/running/frame.js'
import { captureContext, restoredFrame } from '../../../src/internal/travel/travel-context.js'

const nothing = { headers: undefined, deadline: undefined, parent: undefined }

describe('captureContext', () => {
  it('is undefined where nothing goes along', () => {
    expect(captureContext(nothing)).toBeUndefined()
    expect(inFrame({ vars: new Map() }, () => captureContext(nothing))).toBeUndefined()
  })

  it('takes headers, deadline, the id of the parent and the context variables that are set', () => {
    const tenant = contextVar<string>('test/tenant', { default: 'public' })
    const call = { headers: { traceparent: '00' }, deadline: 5, parent: { id: 'p-1' } }
    expect(tenant.run('acme', () => captureContext(call))).toEqual({
      headers: { traceparent: '00' },
      deadline: 5,
      parentId: 'p-1',
      vars: new Map([['test/tenant', 'acme']]),
    })
  })
})

describe('limits of time', () => {
  it('go along: the deadline of the call, and the most that its own calls may wait', () => {
    const sent = inFrame({ startTimeoutMs: 9 }, () => captureContext({ ...nothing, deadline: 7 }))
    expect(sent).toEqual({ deadline: 7, startTimeoutMs: 9 })
    expect(restoredFrame(structuredClone(sent))).toEqual({ deadline: 7, startTimeoutMs: 9 })
  })
})

describe('restoredFrame', () => {
  it('makes context variables and deadline hold again after a clone', () => {
    const tenant = contextVar<string>('test/tenant', { default: 'public' })
    const sent = tenant.run('acme', () => captureContext({ ...nothing, deadline: 7 }))
    const frame = restoredFrame(structuredClone(sent))
    expect(inFrame(frame, () => tenant.get())).toBe('acme')
    expect(frame.deadline).toBe(7)
    expect(restoredFrame(undefined)).toEqual({})
  })
})
