import { findBody, type LiveBody } from '@conc/core/internal'

const bodies = new Map<string, LiveBody>()

/** The ids that were given to the body of one call, and to what it calls in this process. */
export class BodyNames {
  readonly #ids: string[] = []

  add(id: string, body: LiveBody): void {
    this.#ids.push(id)
    bodies.set(id, body)
  }

  end(): void {
    for (const id of this.#ids) bodies.delete(id)
  }
}

/** The body with this id, be it in this process or in a thread or process of it. */
export function bodyOfId(id: string): LiveBody | undefined {
  return bodies.get(id) ?? findBody(id)
}
