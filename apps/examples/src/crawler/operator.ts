import type { ControlClient } from '@conc/taskpool/control'
import type { Frontier } from './frontier.js'

/** What an operator says, and after how many pages. */
const orders: readonly (readonly [pages: number, line: string])[] = [
  [0, 'func-name'],
  [0, 'start 2'],
  [20, 'num-running'],
  [20, 'start 6'],
  [100, 'num-running'],
  [100, "cancel 0 -m 'making room'"],
  [100, 'stop 4'],
  [160, 'pool-size 4'],
  [160, 'start 5'],
  [160, 'is-full'],
]

/** Runs the crawler from outside, as a person at `nc` would. */
export class Operator {
  readonly #client: ControlClient
  readonly #print: (line: string) => void

  constructor(client: ControlClient, print: (line: string) => void) {
    this.#client = client
    this.#print = print
  }

  /** Sizes the pool up and down while pages come in. */
  async regulate(frontier: Frontier): Promise<void> {
    for (const [pages, line] of orders) {
      await frontier.reached(pages)
      await this.say(line)
    }
  }

  async say(line: string): Promise<void> {
    this.#print(`> ${line}`)
    this.#print(await this.#client.send(line))
  }
}
