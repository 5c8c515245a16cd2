import type { Parameters } from './pattern.js'

type AnyFunction = (...args: never[]) => unknown

/** A base that gives what it is called with in place of a new object: the class adds its fields to that. */
function same(fn: AnyFunction): AnyFunction {
  return fn
}

const Same = same as unknown as new (fn: AnyFunction) => object

/**
 * What was read of a function, kept in private fields of the function itself: nobody sees them, they go when it goes,
 * and where each call of the program makes a function anew that costs a twentieth of an entry in a `WeakMap`.
 */
export class Notes extends Same {
  #first: Parameters | undefined
  #second: Parameters | undefined

  /** What is noted on parameter number 0 or 1 of `fn`. */
  static read(fn: AnyFunction, index: number): Parameters | undefined {
    if (!(#first in fn)) return undefined
    return index === 0 ? fn.#first : fn.#second
  }

  static write(fn: AnyFunction, index: number, parameters: Parameters): void {
    const notes = #first in fn ? fn : annotated(fn)
    if (!notes) return
    if (index === 0) notes.#first = parameters
    else notes.#second = parameters
  }
}

/** `undefined`: an engine may refuse new fields, private ones too, where a function is frozen. */
function annotated(fn: AnyFunction): Notes | undefined {
  try {
    return new Notes(fn)
  } catch {
    return undefined
  }
}
