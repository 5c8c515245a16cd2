import { describe, expect, it } from 'vitest'
import * as core from '../src/index.js'
import {
  ConcError,
  DuplicateTaskError,
  ExecutorError,
  InvalidOptionError,
  PayloadTooLargeError,
  QueueFullError,
  RemoteError,
  TaskCancelledError,
  TaskInputError,
  TaskTimeoutError,
  WorkerLostError,
} from '../src/index.js'

const executorErrors = Object.entries(core).filter(
  ([, value]) => typeof value === 'function' && value.prototype instanceof ExecutorError,
) as [string, new (message: string, init: object) => ExecutorError][]

describe('the errors', () => {
  it('are all there', () => {
    expect(executorErrors.map(([name]) => name).sort()).toEqual([
      'AuthenticationError',
      'ConnectionLostError',
      'ExecutorClosedError',
      'IdempotencyConflictError',
      'PayloadTooLargeError',
      'PoisonTaskError',
      'ProtocolError',
      'QueueFullError',
      'SerializationError',
      'TaskCancelledError',
      'TaskInputError',
      'TaskTimeoutError',
      'UnknownTaskError',
      'UnsupportedWorkError',
      'WorkerLostError',
    ])
  })

  it.each(executorErrors)('%s has its class name and the code made of it', (name, Type) => {
    const error = new Type('No.', {})
    const words = name.replace(/Error$/, '').replace(/(?<=.)[A-Z]/g, '_$&')
    expect(error.name).toBe(name)
    expect(error.code).toBe(`CONC_${words.toUpperCase()}`)
    expect(error.message).toBe('No.')
    expect(String(error)).toBe(`${name}: No.`)
    expect(Object.keys(error)).not.toContain('name')
  })

  it.each(executorErrors)('%s carries where it happened and why', (_name, Type) => {
    const cause = new Error('beneath')
    const where = { task: 'a/b', executor: 'pool', worker: 3, attempt: 2 }
    const error = new Type('No.', { cause, ...where })
    expect(error).toMatchObject(where)
    expect(error.cause).toBe(cause)
    expect(error).toBeInstanceOf(ConcError)
    expect(new Type('No.', { cause: undefined })).not.toHaveProperty('cause')
  })

  it('leave out what nobody knows', () => {
    const error = new QueueFullError('Full.', { task: undefined })
    expect(Object.keys(error).sort()).toEqual(['code', 'retryable', 'started'])
    expect('cause' in error).toBe(false)
  })

  it.each([
    [new QueueFullError('x'), true, false],
    [new core.ExecutorClosedError('x'), true, false],
    [new WorkerLostError('x'), true, 'unknown'],
    [new core.ConnectionLostError('x'), true, 'unknown'],
    [new TaskTimeoutError('x', { phase: 'waiting' }), false, false],
    [new TaskTimeoutError('x', { phase: 'running' }), false, true],
    [new TaskCancelledError('x', { origin: 'close' }), false, false],
    [new TaskInputError('x', { issues: [] }), false, false],
    [new core.UnsupportedWorkError('x'), false, false],
  ])(
    '%s says whether another try can help and whether the body began',
    (error, retryable, started) => {
      expect(error).toMatchObject({ retryable, started })
    },
  )

  it('keep their data as fields', () => {
    const tooLarge = new PayloadTooLargeError('x', { size: 9, limit: 8, path: 'args[0]' })
    expect(tooLarge).toMatchObject({ size: 9, limit: 8, path: 'args[0]' })
    expect(new WorkerLostError('x', { exitCode: 7 })).toMatchObject({ exitCode: 7, signal: null })
  })
})

describe('InvalidOptionError', () => {
  it.each([
    [1.5, 'Expected `size` to be a positive integer, got 1.5.'],
    ['8', "Expected `size` to be a positive integer, got '8'."],
    [Promise.resolve(8), 'Expected `size` to be a positive integer, got a promise.'],
    [undefined, 'Expected `size` to be a positive integer, got undefined.'],
    [
      { a: { b: { c: 1 } } },
      'Expected `size` to be a positive integer, got { a: { b: [Object] } }.',
    ],
  ])('states option, expectation and value: %o', (value, message) => {
    const error = new InvalidOptionError('size', 'a positive integer', value)
    expect(error).toMatchObject({ message, code: 'CONC_INVALID_OPTION', option: 'size' })
  })

  it('shows a huge value briefly', () => {
    const error = new InvalidOptionError(
      'size',
      'small',
      Array.from({ length: 1000 }, () => 'x'.repeat(500)),
    )
    expect(error.message.length).toBeLessThan(220)
  })
})

describe('DuplicateTaskError', () => {
  it('names both modules', () => {
    const { message, task, code } = new DuplicateTaskError('a', 'file:///one.js', undefined)
    expect(message).toBe(
      "Task 'a' is declared by two modules: file:///one.js and unknown. Give one another name.",
    )
    expect({ task, code }).toEqual({ task: 'a', code: 'CONC_DUPLICATE_TASK' })
  })
})

describe('RemoteError', () => {
  it('keeps the original name and stack', () => {
    const error = new RemoteError('No.', {
      name: 'OddError',
      remoteStack: 'OddError: No.\n    at there',
    })
    expect(error).toMatchObject({ name: 'OddError', code: 'CONC_REMOTE' })
    expect(error.stack).toBe('OddError: No.\n    at there')
    expect(error.remoteStack).toBe(error.stack)
    expect(Object.keys(error)).not.toContain('stack')
  })
})
