import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import {
  ConcError,
  decodeError,
  type EncodedError,
  type ErrorEnvelope,
  ExecutorClosedError,
  encodeError,
  InvalidOptionError,
  RemoteError,
  registerError,
  TaskTimeoutError,
} from '../src/index.js'

class OutOfStockError extends Error {
  static {
    OutOfStockError.prototype.name = 'OutOfStockError'
  }
  readonly sku: string
  readonly #secret = 'unseen'
  constructor(sku: string) {
    super(`No ${sku} left`)
    this.sku = sku
  }
  get label(): string {
    return `${this.sku}!`
  }
  get secret(): string {
    return this.#secret
  }
}
registerError(OutOfStockError)

const sent = <T>(error: T): T => decodeError(structuredClone(encodeError(error))) as T

describe('encodeError and decodeError', () => {
  it.each([
    new Error('plain'),
    new TypeError('type'),
    new RangeError('range'),
    new SyntaxError('syntax'),
    new ReferenceError('reference'),
    new EvalError('eval'),
    new URIError('uri'),
    new ConcError('conc', { code: 'CONC_X' }),
    new TaskTimeoutError('late', { phase: 'running', task: 'a' }),
    new OutOfStockError('shoes'),
  ])('bring %s back as itself', (error) => {
    const back = sent(error)
    expect(back).toBeInstanceOf(error.constructor)
    expect(Object.getPrototypeOf(back)).toBe(Object.getPrototypeOf(error))
    expect(back).toEqual(error)
    expect(back.stack).toBe(error.stack)
    expect(Object.keys(back).sort()).toEqual(Object.keys(error).sort())
  })

  it('do not call the constructor of a registered class', () => {
    const back = sent(new OutOfStockError('shoes'))
    expect(back.label).toBe('shoes!')
    expect(() => back.secret).toThrow(TypeError)
  })

  it('keep the whole chain of causes, with what is no error at its end', () => {
    const error = new Error('a', { cause: new TypeError('b', { cause: { reason: ['c'] } }) })
    const back = sent(error)
    expect(back.cause).toBeInstanceOf(TypeError)
    expect((back.cause as Error).cause).toEqual({ reason: ['c'] })
    expect(Object.keys(back)).toEqual([])
  })

  it('tell a cause of undefined from none', () => {
    expect('cause' in sent(new Error('a', { cause: undefined }))).toBe(true)
    expect('cause' in sent(new Error('a'))).toBe(false)
  })

  it('keep the errors of an AggregateError', () => {
    const back = sent(new AggregateError([new TypeError('a'), 'b', undefined], 'all'))
    expect(back).toBeInstanceOf(AggregateError)
    expect(back.errors).toEqual([new TypeError('a'), 'b', undefined])
    expect(back.message).toBe('all')
  })

  it('keep a DOMException with its name and code', () => {
    const back = sent(new DOMException('gone', 'AbortError'))
    expect(back).toBeInstanceOf(DOMException)
    expect(back).toMatchObject({ name: 'AbortError', message: 'gone', code: 20 })
  })

  it('keep errno, syscall and code of a system error', () => {
    const error = Object.assign(new Error('ENOENT'), { errno: -2, code: 'ENOENT', path: '/x' })
    expect(sent(error)).toMatchObject({ errno: -2, code: 'ENOENT', path: '/x' })
  })

  it('make a class that is not registered a RemoteError with its name', () => {
    class LocalError extends TypeError {
      readonly hint = 42
      override name = 'LocalError'
    }
    const error = new LocalError('here')
    const back = decodeError(encodeError(error)) as RemoteError & { hint: number }
    expect(back).toBeInstanceOf(RemoteError)
    expect(back).toMatchObject({ name: 'LocalError', message: 'here', hint: 42 })
    expect(back.remoteStack).toBe(error.stack)
  })

  it('make what an executor did an ExecutorError, also where nobody knows its class', () => {
    class StoreClosedError extends ExecutorClosedError {
      override name = 'StoreClosedError'
    }
    const back = sent(new StoreClosedError('shut', { executor: 'store' }))
    expect(back).toBeInstanceOf(ExecutorClosedError)
    const { name, message, code, retryable, started } = back
    expect({ name, message, code, retryable, started }).toEqual({
      name: 'StoreClosedError',
      message: 'shut',
      code: 'CONC_EXECUTOR_CLOSED',
      retryable: true,
      started: false,
    })
  })

  it.each(['OutOfStockError', 'Error', 'toString', 1])('take no other class for it: %s', (base) => {
    const envelope = { thrown: 'error', kind: 'other', type: 'A', name: 'A', message: 'a', base }
    expect(decodeError(envelope as ErrorEnvelope)).toBeInstanceOf(RemoteError)
  })

  it('see an error of another realm as one', () => {
    const back = decodeError(encodeError(runInNewContext('new TypeError("far")')))
    expect(back).toMatchObject({ name: 'TypeError', message: 'far' })
    expect(back).toBeInstanceOf(Error)
  })

  it.each([undefined, null, 0, -0, Number.NaN, 'text', 10n, true])(
    'pass on %s as thrown',
    (value) => {
      expect(sent(value)).toBe(value)
    },
  )

  it('pass on thrown data, and a description of what is none', () => {
    expect(sent({ a: [1, new Date(5)] })).toEqual({ a: [1, new Date(5)] })
    expect(decodeError(encodeError(() => 1))).toBe('[Function (anonymous)]')
    expect(decodeError(encodeError(Symbol('s')))).toBe('Symbol(s)')
  })

  it('write on the stack where it was thrown and what was left out', () => {
    const error = Object.assign(new Error('x'), { socket: () => 1, data: { deep: Symbol('s') } })
    const back = decodeError(encodeError(error, { where: "task 'a', worker 3" })) as Error
    expect(back.stack).toBe(
      `${error.stack}\n    at task 'a', worker 3; left out: socket, data.deep`,
    )
    expect(back).toHaveProperty('data', {})
    expect(back).not.toHaveProperty('socket')
  })

  it('end a circle of causes', () => {
    const error: Error & { self?: unknown } = new Error('a')
    error.cause = new Error('b', { cause: error })
    const back = sent(error)
    expect((back.cause as Error).message).toBe('b')
    expect('cause' in (back.cause as Error)).toBe(false)
  })

  it('end a circle in a field at the greatest depth', () => {
    const circle: Record<string, unknown> = {}
    circle.self = circle
    const back = sent(Object.assign(new Error('a'), { circle }))
    expect(back.circle).toHaveProperty('self.self.self')
  })

  it('copy maps, sets, dates and bytes of fields', () => {
    const fields = {
      map: new Map([['a', new Set([1])]]),
      date: new Date(7),
      bytes: new Uint8Array([1, 2]),
      nothing: undefined,
    }
    expect(sent(Object.assign(new Error('a'), fields))).toMatchObject(fields)
  })
})

describe('encodeError', () => {
  it('holds its caps', () => {
    let error = new Error('x'.repeat(100_000))
    error.stack = 'y'.repeat(100_000)
    for (let i = 0; i < 40; i++) error = new Error('outer', { cause: error })
    const many = new AggregateError(Array.from({ length: 500 }, () => new Error('one')))
    Object.assign(many, { list: Array.from({ length: 5000 }, () => 1), text: 'z'.repeat(100_000) })
    let depth = 0
    for (let at = encodeError(error) as ErrorEnvelope; at.cause; at = at.cause as ErrorEnvelope)
      depth++
    const encoded = encodeError(many) as ErrorEnvelope
    expect(depth).toBe(16)
    expect(encoded.errors).toHaveLength(100)
    expect(encoded.fields).not.toHaveProperty('text')
    expect(encoded.fields?.list).toHaveLength(999)
    expect(encoded.stack).toMatch(/left out: list\[999…4999\], text, errors\[100…499\]$/)
  })

  it('cuts message and stack', () => {
    const error = new Error('x'.repeat(100_000))
    const { message, stack } = encodeError(error) as ErrorEnvelope
    expect(message).toHaveLength(65_536)
    expect(stack).toHaveLength(32_768)
  })

  it.each<[string, () => unknown]>([
    ['a name that throws', () => hostile('name')],
    ['a message that throws', () => hostile('message')],
    ['a stack that throws', () => hostile('stack')],
    ['a cause that throws', () => hostile('cause')],
    ['errors that throw', () => hostile('errors')],
    ['a field that throws', () => hostile('field')],
    ['everything throwing nothing printable', () => new Proxy(new Error('x'), throwingTraps)],
    ['a name that has no text', () => Object.assign(new Error('x'), { name: Object.create(null) })],
    ['a thrown value that throws', () => new Proxy({}, throwingTraps)],
    ['a revoked proxy', () => revoked()],
  ])('survives %s', (_what, make) => {
    expect(encodeError(make())).toHaveProperty('thrown')
  })

  it('keeps an error whose cause cannot be read', () => {
    const error = new Error('outer', { cause: new Proxy(new Error('x'), throwingTraps) })
    expect(decodeError(encodeError(error))).toMatchObject({ message: 'outer' })
  })
})

describe('encodeError of a great many errors', () => {
  it('stops at a thousand', () => {
    const wide = (depth: number): Error =>
      depth === 0
        ? new Error('leaf')
        : new AggregateError(Array.from({ length: 30 }, () => wide(depth - 1)))
    const count = (one: EncodedError): number =>
      one.thrown === 'error' ? (one.errors ?? []).reduce((sum, each) => sum + count(each), 1) : 0
    expect(count(encodeError(wide(3)))).toBe(1000)
  })
})

describe('decodeError', () => {
  const decodedJson = (text: string): unknown => decodeError(JSON.parse(text) as EncodedError)

  it.each([
    '{"thrown":"error","kind":"builtin","type":"__proto__","name":"E","message":"m"}',
    '{"thrown":"error","kind":"builtin","type":"constructor","name":"E","message":"m"}',
    '{"thrown":"error","kind":"registered","type":"toString","name":"E","message":"m"}',
    '{"thrown":"error","kind":"odd","type":{},"name":{"toString":1},"message":{"toString":1,"valueOf":1}}',
    '{"thrown":"error","message":{"toString":1,"valueOf":1},"cause":{"thrown":"error"}}',
    '{"thrown":"error","kind":"dom","name":{"toString":1,"valueOf":1},"message":"m"}',
    '{"thrown":"error","kind":"dom","name":"x","message":"m","stack":{},"fields":{"name":1,"code":2}}',
    '{"thrown":"error","errors":[null,1,{"thrown":"error"}],"cause":null,"fields":null,"stack":null}',
    '{"thrown":"error","errors":{"length":9},"fields":[1,2],"cause":5}',
    '{"thrown":"error","kind":"registered","type":"TaskTimeoutError","fields":"text"}',
    '{"thrown":"error"}',
  ])('makes an error of %s', (text) => {
    expect(decodedJson(text)).toBeInstanceOf(Error)
  })

  it.each(['null', '1', '"text"', '{}', '[]', '{"thrown":"value","value":{"a":1}}'])(
    'does not throw for %s',
    (text) => {
      expect(() => decodedJson(text)).not.toThrow()
    },
  )

  it('pollutes no prototype', () => {
    const fields =
      '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"polluted":2}'
    const error = decodedJson(
      `{"thrown":"error","kind":"builtin","type":"Error","name":"E","message":"m","fields":${fields}}`,
    )
    expect(Object.getPrototypeOf(error)).toBe(Error.prototype)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect((new Error('x') as { polluted?: unknown }).polluted).toBeUndefined()
  })

  it('ends in a message that refers to itself', () => {
    const circle = { thrown: 'error', kind: 'builtin', type: 'Error', name: 'E', message: 'm' } as {
      cause?: unknown
      errors?: unknown[]
    }
    circle.cause = circle
    circle.errors = Array.from({ length: 100 }, () => circle)
    expect(decodeError(circle as EncodedError)).toBeInstanceOf(Error)
  })

  it('does not resolve a name outside the registry', () => {
    const made = decodedJson(
      '{"thrown":"error","kind":"registered","type":"Buffer","name":"N","message":"m"}',
    )
    expect(made).toBeInstanceOf(RemoteError)
    expect(made).toMatchObject({ name: 'N', message: 'm' })
  })
})

describe('registerError', () => {
  it('takes a name for where a minifier renames classes', () => {
    class a extends Error {}
    registerError(a, 'test/Renamed')
    expect(encodeError(new a('x'))).toMatchObject({ kind: 'registered', type: 'test/Renamed' })
    expect(sent(new a('x'))).toBeInstanceOf(a)
  })

  it('takes the class of the same file evaluated again', () => {
    const make = (): (new (message: string) => Error) => class AgainError extends Error {}
    const [first, second] = [make(), make()]
    registerError(first)
    registerError(second)
    expect(sent(new first('x'))).toBeInstanceOf(second)
  })

  it('refuses another class of the same name', () => {
    class OutOfStockError extends TypeError {}
    expect(() => registerError(OutOfStockError)).toThrow(InvalidOptionError)
  })

  it.each([undefined, null, 1, {}, Error, class {}, () => 1, Date])('refuses %s', (type) => {
    expect(() => registerError(type as never)).toThrow(InvalidOptionError)
  })

  it('refuses a class without a name', () => {
    expect(() => registerError(class extends Error {})).toThrow(InvalidOptionError)
  })
})

const throwingTraps: ProxyHandler<object> = new Proxy(
  {},
  {
    get: () => () => {
      throw Object.create(null)
    },
  },
)

function hostile(key: string): Error {
  return Object.defineProperty(new Error('x'), key, {
    enumerable: true,
    get() {
      throw Object.create(null)
    },
  })
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
