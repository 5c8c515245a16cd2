import { expect, it, vi } from 'vitest'
import * as one from '../src/index.js'

/** As npm installs it beside another version: every module anew. */
async function secondCopy(): Promise<typeof one> {
  vi.resetModules()
  const copy = await import('../src/index.js')
  expect(copy.task).not.toBe(one.task)
  return copy
}

class OutOfStockError extends Error {}

it('two copies of this package in one program know the same tasks, names and errors', async () => {
  const other = await secondCopy()
  const double = one.task('core-test/copies', (n: number) => n * 2)
  expect(other.isTask(double)).toBe(true)
  const again = () => other.task('core-test/copies', () => 0, { module: 'file:///elsewhere.js' })
  expect(again).toThrow("Task 'core-test/copies' is declared by two modules")
  one.registerError(OutOfStockError)
  const decoded = other.decodeError(one.encodeError(new OutOfStockError('tea')))
  expect(decoded).toBeInstanceOf(OutOfStockError)
  const lost = other.decodeError(one.encodeError(new one.WorkerLostError('gone', { exitCode: 1 })))
  expect(lost).toMatchObject({ name: 'WorkerLostError', exitCode: 1, started: 'unknown' })
})

it('what surrounds a call is the same for two copies of this package', async () => {
  const other = await secondCopy()
  const tenant = one.contextVar<string>('core-test/tenant')
  const look = one.task('core-test/look', () => ({
    task: other.currentTask(),
    executor: other.currentExecutor()?.name,
    tenant: other.contextVar<string>('core-test/tenant').get(),
  }))
  const there = other.inline({ name: 'there' })
  const seen = await tenant.run('acme', () => one.withExecutor(there, () => look()))
  expect(seen).toMatchObject({
    task: { name: 'core-test/look', attempt: 1, deadline: undefined },
    executor: 'there',
    tenant: 'acme',
  })
})
