import { type CallRoot, rootOfBody } from '@conc/core/internal'

const roots = new Map<string, CallRoot>()

/** The ids that were given to the body of one call, and to what it calls in this process. */
export class BodyNames {
  readonly #root: CallRoot
  readonly #ids: string[] = []

  constructor(root: CallRoot) {
    this.#root = root
  }

  add(id: string): void {
    this.#ids.push(id)
    roots.set(id, this.#root)
  }

  end(): void {
    for (const id of this.#ids) roots.delete(id)
  }
}

/** Whose the body with this id is, be it in this process or in a thread or process of it. */
export function rootOfId(id: string): CallRoot | undefined {
  return roots.get(id) ?? rootOfBody(id)
}
