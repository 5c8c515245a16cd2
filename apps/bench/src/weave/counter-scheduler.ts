import type { Body } from './bodies.js'
import type { GraphRecord } from './shapes.js'

export interface CounterTask {
  readonly name: string
  readonly needs: readonly string[]
  readonly body: Body
}

/**
 * The floor: what one writes by hand. Looks the names up once, counts down what each task still needs, runs it at
 * zero, one promise per task, and hands every body the record of what is done so far.
 */
export function runCounted(tasks: readonly CounterTask[]): Promise<GraphRecord> {
  const { missing, dependents } = countNeeds(tasks)
  const record: Record<string, unknown> = Object.create(null)
  return new Promise((resolve, reject) => {
    let left = tasks.length
    const run = async (index: number): Promise<void> => {
      const { name, body } = tasks[index] as CounterTask
      try {
        record[name] = await body(record as never)
      } catch (error) {
        return reject(error)
      }
      for (const dependent of dependents[index] as number[]) {
        missing[dependent] = (missing[dependent] as number) - 1
        if (missing[dependent] === 0) void run(dependent)
      }
      if (--left === 0) resolve(record)
    }
    const ready = [...tasks.keys()].filter((index) => missing[index] === 0)
    for (const index of ready) void run(index)
  })
}

function countNeeds(tasks: readonly CounterTask[]): {
  missing: Int32Array
  dependents: number[][]
} {
  const missing = new Int32Array(tasks.length)
  const dependents: number[][] = tasks.map(() => [])
  const indexOf = new Map(tasks.map(({ name }, index) => [name, index]))
  tasks.forEach(({ name, needs }, index) => {
    missing[index] = needs.length
    for (const need of needs) {
      const provider = indexOf.get(need)
      if (provider === undefined) throw new Error(`${name} needs ${need}, which is not there.`)
      dependents[provider]?.push(index)
    }
  })
  return { missing, dependents }
}
