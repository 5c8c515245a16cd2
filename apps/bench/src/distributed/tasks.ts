import { type Task, task } from '@conc/core'

export const addTask: Task<[number, number], number> = task(
  'bench/session-add',
  (one: number, other: number) => one + other,
)

export const echoTask: Task<[Float64Array], Float64Array> = task(
  'bench/session-echo',
  (values: Float64Array) => values,
)

export const countTask: Task<[number], AsyncGenerator<number>> = task(
  'bench/session-count',
  async function* (upTo: number) {
    for (let number = 0; number < upTo; number++) yield number
  },
)
