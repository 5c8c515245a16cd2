import { deserialize, serialize } from 'node:v8'
import { CopyingExecutor } from './copying-executor.js'
import { type BrokenExecutor, PlainExecutor } from './plain-executor.js'

class SendsJson extends CopyingExecutor {
  protected override carry(value: unknown, root: string): unknown {
    super.carry(value, root)
    const text = JSON.stringify(value, (_, one: unknown) =>
      typeof one === 'bigint' ? String(one) : one,
    )
    return text === undefined ? undefined : JSON.parse(text)
  }
}

class LosesNegativeZero extends CopyingExecutor {
  protected override carry(value: unknown, root: string): unknown {
    const carried = super.carry(value, root)
    return Object.is((carried as { value?: unknown } | undefined)?.value, -0)
      ? { ...(carried as object), value: 0 }
      : carried
  }
}

class DropsFunctions extends CopyingExecutor {
  protected override carry(value: unknown, root: string): unknown {
    if (root !== 'args') return super.carry(value, root)
    try {
      return structuredClone(value)
    } catch {
      return JSON.parse(JSON.stringify(value))
    }
  }
}

class NamesNoPath extends CopyingExecutor {
  protected override carry(value: unknown): unknown {
    return deserialize(serialize(value))
  }
}

class ClonesUnasked extends PlainExecutor {
  protected override async intercept(pass: () => Promise<unknown>): Promise<unknown> {
    const value = await pass()
    return Object.getPrototypeOf(value ?? 0) === Object.prototype ? { ...(value as object) } : value
  }
}

export const brokenValues: readonly BrokenExecutor[] = [
  {
    what: 'sends JSON',
    Executor: SendsJson,
    fails: {
      'values arrive as arguments': /how undefined differed as an argument/,
      'values that contain themselves': /circular/,
    },
  },
  {
    what: 'loses -0',
    Executor: LosesNegativeZero,
    fails: { 'values arrive as arguments': /how negative zero differed as a result/ },
  },
  {
    what: 'drops functions from arguments',
    Executor: DropsFunctions,
    fails: { 'an argument that cannot travel': /instead of rejecting/ },
  },
  {
    what: 'fails on values without naming them',
    Executor: NamesNoPath,
    fails: {
      'an argument that cannot travel': /instance of SerializationError/,
      'a result that cannot travel': /instance of SerializationError/,
      'an item that cannot travel': /instance of SerializationError/,
    },
  },
  {
    what: 'clones although values keep their identity',
    Executor: ClonesUnasked,
    fails: { 'in this process the same objects': /the object: expected/ },
  },
]
