import { didYouMean } from '@conc/core/internal'
import { UnresolvedDependencyError, WeaveNameError } from '../errors.js'
import { absent, firstInput } from './graph.js'

/** The names of a weave while it is compiled: which exist, which can be seen, and where their values come from. */
export class Names {
  readonly list: string[] = []
  readonly numbers: Map<string, number> = new Map()
  readonly inputValues: Record<string, unknown> = Object.create(null)
  /** Per input, the first task that cannot do without it; -1 where all can. */
  readonly inputUsers: number[] = []
  /** Tasks that see no more than the names below this number. */
  visible = 0
  readonly #inputs = new Map<string, number>()
  readonly #isOwed: boolean

  /** @param isOwed names that nothing defines are inputs that the run brings. */
  constructor(isOwed: boolean) {
    this.#isOwed = isOwed
  }

  get inputs(): string[] {
    return [...this.#inputs.keys()]
  }

  /** Gives an input its value. */
  bind(name: string, value: unknown): void {
    this.inputValues[name] = value
    if (!this.#inputs.has(name)) this.#owe(name)
  }

  /** Takes a name for the next task. @throws {WeaveNameError} it is taken. */
  claim(name: string): void {
    const number = this.list.length
    this.numbers.set(name, number)
    // One look-up per task: a name that was there already did not make the map larger.
    if (this.numbers.size === number) throw this.#definedTwice(name, number)
    if (this.#inputs.size > 0 && this.#inputs.has(name)) throw alsoInput(name)
    this.list.push(name)
  }

  /** Where the value called `key` comes from. @throws {UnresolvedDependencyError} */
  resolve(task: string, key: string, hasDefault: boolean): number {
    // The links of a chain ask for the one before, whose name is at hand.
    if (key === this.list[this.visible - 1]) return this.visible - 1
    const number = this.numbers.get(key)
    if (number !== undefined && number < this.visible) return number
    let input = this.#inputs.get(key)
    if (input === undefined && number === undefined && this.#isOwed) input = this.#owe(key)
    if (input === undefined) {
      if (hasDefault) return absent
      throw this.#unresolved(task, key)
    }
    if (!hasDefault && this.inputUsers[input] === -1) {
      this.inputUsers[input] = this.numbers.get(task) as number
    }
    return firstInput - input
  }

  #owe(name: string): number {
    const number = this.#inputs.size
    this.#inputs.set(name, number)
    this.inputUsers.push(-1)
    return number
  }

  #definedTwice(name: string, number: number): WeaveNameError {
    const places = `${nth(this.list.indexOf(name))} and ${nth(number)}`
    return new WeaveNameError(
      name,
      `it is defined twice (${places} task)`,
      `Task '${name}' is defined twice (${places}). Use .override to replace it.`,
    )
  }

  #unresolved(task: string, key: string): UnresolvedDependencyError {
    const available = [...this.#inputs.keys(), ...this.list.slice(0, this.visible)]
    return new UnresolvedDependencyError(task, key, available, didYouMean(key, available))
  }
}

function alsoInput(name: string): WeaveNameError {
  const message = `'${name}' is both an input and a task. Rename one of them.`
  return new WeaveNameError(name, 'it is an input and a task', message)
}

function nth(number: number): string {
  const position = number + 1
  const isTeen = position % 100 > 10 && position % 100 < 14
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][position % 10] ?? 'th')
  return `${position}${ending}`
}
