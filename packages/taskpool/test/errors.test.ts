import { ConcError, ExecutorClosedError, ExecutorError, InvalidOptionError } from '@conc/core'
import { describe, expect, it } from 'vitest'
import {
  AlreadyCancelledError,
  AlreadyEndedError,
  CallbackError,
  GroupExistsError,
  GroupNotFoundError,
  InvalidGroupNameError,
  InvalidTaskIdError,
  NotAFunctionError,
  PoolClosedError,
  PoolLockedError,
  QueueUnderflowError,
  TaskEndedError,
  TaskNotFoundError,
  TaskPoolError,
} from '../src/index.js'

type Class = abstract new (...args: never[]) => Error

describe('errors', () => {
  it.each<[Error, string, string, Class[]]>([
    [
      new PoolLockedError('TaskPool-0'),
      'CONC_POOL_LOCKED',
      'TaskPool-0 is locked',
      [ExecutorError],
    ],
    [
      new PoolClosedError('TaskPool-0'),
      'CONC_EXECUTOR_CLOSED',
      'TaskPool-0 is closed',
      [ExecutorClosedError],
    ],
    [
      new AlreadyCancelledError('T_Task-1'),
      'CONC_ALREADY_CANCELLED',
      "'T_Task-1' has been cancelled",
      [TaskEndedError, TaskPoolError],
    ],
    [
      new AlreadyEndedError('T_Task-1'),
      'CONC_ALREADY_ENDED',
      "'T_Task-1' has finished running",
      [TaskEndedError, TaskPoolError],
    ],
    [
      new TaskNotFoundError(9, 'TaskPool-0'),
      'CONC_TASK_NOT_FOUND',
      'No task with ID 9 found in TaskPool-0',
      [InvalidTaskIdError, TaskPoolError],
    ],
    [
      new GroupNotFoundError('x'),
      'CONC_GROUP_NOT_FOUND',
      "No task group named 'x' exists in this pool",
      [InvalidGroupNameError, TaskPoolError],
    ],
    [
      new GroupExistsError('x'),
      'CONC_GROUP_EXISTS',
      "Task group named 'x' already exists",
      [InvalidGroupNameError, TaskPoolError],
    ],
    [
      new CallbackError(3, 'onEnd', new Error('no')),
      'CONC_CALLBACK',
      'onEnd of task 3 threw: Error: no',
      [TaskPoolError],
    ],
    [
      new QueueUnderflowError(),
      'CONC_QUEUE_UNDERFLOW',
      'itemProcessed() was called more often than items were put',
      [TaskPoolError],
    ],
    [
      new NotAFunctionError('fn', Promise.resolve()),
      'CONC_INVALID_OPTION',
      'Expected `fn` to be a function (pass the function, not its result)',
      [InvalidOptionError],
    ],
  ])(
    '%s has its code, its message and its place among the classes',
    (error, code, message, classes) => {
      expect(error).toMatchObject({ code, message: expect.stringContaining(message) })
      for (const one of [...classes, ConcError]) expect(error).toBeInstanceOf(one)
    },
  )

  it('says of a locked pool that it may be tried again', () => {
    expect(new PoolLockedError('TaskPool-0')).toMatchObject({ retryable: true, started: false })
    expect(new PoolClosedError('TaskPool-0')).toMatchObject({ started: false })
  })
})
