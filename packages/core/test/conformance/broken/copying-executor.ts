import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { decodeError } from '../../../src/errors/decode-error.js'
import { encodeError } from '../../../src/errors/encode-error.js'
import {
  ExecutorError,
  SerializationError,
  UnknownTaskError,
  UnsupportedWorkError,
} from '../../../src/errors/executor-error.js'
import type { Capabilities } from '../../../src/executor.js'
import {
  definitionOf,
  type Entered,
  findUncloneable,
  type Producer,
} from '../../../src/internal/index.js'
import { PlainExecutor, type Submitted } from './plain-executor.js'

/** Works as if there was a boundary around bodies: declared tasks only, values cloned, errors in envelopes. */
export class CopyingExecutor extends PlainExecutor {
  override get capabilities(): Capabilities {
    return { ...super.capabilities, closures: false, values: 'structured-clone' }
  }

  protected override async intercept(
    pass: () => Promise<unknown>,
    call: Submitted,
  ): Promise<unknown> {
    const refusal = this.refusalOf(call)
    if (refusal) throw refusal
    return await pass()
  }

  protected override async run(entered: Entered): Promise<unknown> {
    try {
      const args = this.carry(entered.args, 'args') as readonly unknown[]
      return this.carry(await super.run({ ...entered, args }), 'result')
    } catch (error) {
      throw error instanceof ExecutorError ? error : this.carryError(error)
    }
  }

  protected override async produce<Y>(entered: Entered, ended: () => void): Promise<Producer<Y>> {
    const producer = await super.produce<Y>(entered, ended)
    const next = async (): Promise<IteratorResult<Y, unknown>> => {
      const { done, value } = await producer.next().catch((error: unknown) => {
        const carried = this.carryError(error)
        entered.call.threw(carried)
        throw carried
      })
      return { done: done ?? false, value: this.carry(value, 'item') as Y }
    }
    return { next, stop: () => producer.stop() }
  }

  protected carry(value: unknown, root: string): unknown {
    const found = findUncloneable(value, root)
    if (!found) return structuredClone(value)
    const { path, what } = found
    throw new SerializationError(`${path} is ${what} and cannot be cloned.`, { path })
  }

  protected carryError(error: unknown): unknown {
    return decodeError(structuredClone(encodeError(error)))
  }

  protected refusalOf({ work }: Submitted): Error | undefined {
    const definition = definitionOf(work)
    if (!definition) return undefined
    const { name, module } = definition
    if (module === undefined) {
      return new UnsupportedWorkError(`Task '${name}' was declared in no file.`, { task: name })
    }
    if (existsSync(fileURLToPath(module))) return undefined
    return new UnknownTaskError(`Task '${name}': there is no ${module}.`, { task: name })
  }
}
