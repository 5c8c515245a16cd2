import { InvalidOptionError } from '../errors/conc-error.js'
import type { Harness } from './harness.js'

/** Options with one key that no method has, as a slip of the finger makes it. */
export const misspelt: object = { timeoutMS: 1 }

/** A wrong option throws at once, and by its name. */
export function throwsForMisspelt(h: Harness, method: string, attempt: () => unknown): void {
  try {
    attempt()
  } catch (error) {
    h.isA(error, InvalidOptionError, `what ${method} threw`)
    h.ok(
      error.message.includes('`timeoutMS`'),
      `the message does not name the option: ${error.message}`,
    )
    return
  }
  h.fail(`${method} took \`timeoutMS\`, an option that it does not have.`)
}
