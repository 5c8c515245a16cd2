import type * as acorn from 'acorn'
import { UnshippableFunctionError, type UnshippableReason } from '../errors.js'
import { type Node, type Uses, usesOf } from './free-names.js'
import { knownGlobals } from './known-globals.js'

/** The text of a function as an expression that can be compiled elsewhere. */
export interface SourceText {
  readonly name: string
  readonly text: string
  readonly free: ReadonlySet<string>
}

const analysed = new WeakMap<object, SourceText>()

/**
 * The text of a function that needs nothing from outside itself but `scope` and what every thread has.
 *
 * @throws {UnshippableFunctionError}
 */
export function shippable(
  fn: (...args: never[]) => unknown,
  scope: ReadonlySet<string>,
): SourceText {
  const source = analysed.get(fn) ?? analyse(fn)
  analysed.set(fn, source)
  const captured = [...source.free].filter((name) => {
    return !scope.has(name) && !knownGlobals.has(name) && name !== '__name' && name !== source.name
  })
  const added = captured.filter((name) => transformedBy(name) !== undefined)
  if (added.length > 0) throw refusal(fn, 'transformed', added)
  if (captured.length > 0) throw refusal(fn, 'captured', captured)
  return source
}

function analyse(fn: (...args: never[]) => unknown): SourceText {
  const written = Function.prototype.toString.call(fn)
  const parsed = /^class\b/.test(written) ? undefined : parse(written)
  if (parsed === undefined) throw refusal(fn, 'unreadable', [])
  const { root, offset, isMethod } = parsed
  const uses = usesOf(root)
  if (uses.context.size > 0) throw refusal(fn, 'context', [...uses.context])
  const text = withOwnImport(written, uses, offset)
  const name = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(fn.name) ? fn.name : ''
  return { name, text: isMethod ? `Object.values({ ${text} })[0]` : text, free: uses.free }
}

interface Parsed {
  readonly root: Node
  /** Characters before the function's own text. */
  readonly offset: number
  readonly isMethod: boolean
}

function parse(text: string): Parsed | undefined {
  const expression = tryParse(`(${text})`)
  if (expression && /Function/.test(expression.type)) {
    return { root: expression, offset: 1, isMethod: false }
  }
  const properties = tryParse(`({${text}})`)?.properties as Node[] | undefined
  const [method] = properties ?? []
  if (!method?.method || method.computed) return undefined
  return { root: method.value as Node, offset: 2, isMethod: true }
}

let parser: typeof acorn | undefined

/** The one expression that `text` is. */
function tryParse(text: string): Node | undefined {
  parser ??= loadParser()
  const options = { allowSuperOutsideMethod: true, checkPrivateFields: false }
  try {
    const program = parser.parse(text, { ecmaVersion: 'latest', sourceType: 'module', ...options })
    const [statement] = program.body as unknown as Node[]
    return statement?.expression as Node | undefined
  } catch {
    return undefined
  }
}

/** On first use: programs that declare their coroutines never need it, nor do threads. */
function loadParser(): typeof acorn {
  const { createRequire } = process.getBuiltinModule('node:module')
  return createRequire(import.meta.url)('acorn')
}

/** `import()` in compiled text would look beside the wrong file. */
function withOwnImport(text: string, { imports }: Uses, offset: number): string {
  let result = text
  for (const start of [...imports].sort((a, b) => b - a)) {
    const at = start - offset
    result = `${result.slice(0, at)}__import${result.slice(at + 'import'.length)}`
  }
  return result
}

function transformedBy(name: string): string | undefined {
  if (name.startsWith('cov_')) return 'collect coverage with V8'
  if (/^__vi_import_\d+__$|^__vite_ssr_/.test(name)) return 'import inside the function'
  return /^__(awaiter|generator|rest|spreadArray|asyncValues|await|asyncGenerator)$/.test(name)
    ? 'compile for ES2022'
    : undefined
}

function refusal(
  fn: (...args: never[]) => unknown,
  reason: UnshippableReason,
  names: readonly string[],
): UnshippableFunctionError {
  const name = fn.name || 'fn'
  const what = fn.name ? `\`${fn.name}\`` : 'this function'
  const list = names.map((one) => `\`${one}\``).join(' and ')
  const declare = `declare it: coroutine('${fn.name || 'name'}', fn).`
  const why: Record<UnshippableReason, string> = {
    captured: `it uses ${list} from outside itself. Pass them as arguments, list them: go(${name}, { scope: { ${names.join(', ')} } }), import modules inside it with await import(…), or ${declare}`,
    transformed: `a build step added ${list}: ${transformedBy(names[0] ?? '')}, or ${declare}`,
    context: `it uses ${list}, which belong to where it was written. Instead, ${declare}`,
    unreadable: `it is bound, native, a class, an accessor or a computed method. Wrap it in a function, or ${declare}`,
    forbidden: `this process forbids code from strings. Instead, ${declare}`,
  }
  return new UnshippableFunctionError(`Cannot run ${what} in a thread: ${why[reason]}`, {
    reason,
    names,
  })
}

/** @throws {UnshippableFunctionError} the process was started so that it makes no code from strings. */
export function assertCodeAllowed(fn: (...args: never[]) => unknown): void {
  try {
    new Function('')
  } catch {
    throw refusal(fn, 'forbidden', [])
  }
}
