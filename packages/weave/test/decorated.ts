import { task, weave } from '../src/index.js'

// Checked by tsc alone: what vitest makes of a decorator no Node can read yet.

class Decorated {
  @task({ retries: 2, after: ['two'] }) one(): number {
    return 1
  }
  two(): number {
    return 2
  }
}

export const decorated: Promise<{ readonly one: number; readonly two: number }> =
  weave(Decorated).run()
