import type { CallContext } from './messages.js'
import type { RingRecord } from './ring.js'

/** Where records go; a part of `Link`. */
interface RecordLink {
  write(a: number, b: number, values: readonly unknown[]): boolean
}

interface BriefRequest {
  readonly task: number
  readonly args: readonly unknown[]
  readonly context: CallContext | undefined
}

interface BriefCall extends BriefRequest {
  /** Its number, where a body of the thread it goes to has made it. */
  readonly answers: number | undefined
}

interface BriefNestedCall extends BriefRequest {
  /** The body that makes it. */
  readonly parent: number
}

// The second number of a record: what it is, and of a call to a thread its task.
const nestedResult = -1
const firstWithContext = -2
const result = 0
const handedOver = -1
const firstNestedCall = 1

/** What goes by a ring where it is small enough. Each returns whether it was written; what was not has to be posted. */
export const records = {
  call(link: RecordLink, id: number, { task, args, context, answers }: BriefCall): boolean {
    if (context === undefined) return link.write(id, task, args)
    if (!isBrief(context)) return false
    return link.write(id, firstWithContext - task, [answers, ...withContext(context, args)])
  },
  nestedResult(link: RecordLink, nested: number, value: unknown): boolean {
    return link.write(nested, nestedResult, [value])
  },
  result(link: RecordLink, id: number, value: unknown): boolean {
    return link.write(id, result, [value])
  },
  /** Also the result of a call, which the body that made it has already. */
  handedOver(link: RecordLink, id: number, value: unknown): boolean {
    return link.write(id, handedOver, [value])
  },
  nestedCall(link: RecordLink, nested: number, call: BriefNestedCall): boolean {
    const { task, parent, args, context = {} } = call
    if (!isBrief(context)) return false
    return link.write(nested, firstNestedCall + task, [parent, ...withContext(context, args)])
  },
}

/** What came to a thread: a call, or `undefined` where it is the result of a nested one. */
export function briefCall({ b, values }: RingRecord): BriefCall | undefined {
  if (b >= 0) return { task: b, args: values, context: undefined, answers: undefined }
  if (b === nestedResult) return undefined
  const [answers, parentId, deadline, ...args] = values
  const context = contextOf(parentId, deadline)
  return { task: firstWithContext - b, args, context, answers: answers as number | undefined }
}

/** What came from a thread: a nested call, or `undefined` where it is the result of a call. */
export function briefNestedCall({ b, values }: RingRecord): BriefNestedCall | undefined {
  if (b <= result) return undefined
  const [parent, parentId, deadline, ...args] = values
  return {
    task: b - firstNestedCall,
    parent: parent as number,
    args,
    context: contextOf(parentId, deadline),
  }
}

/** Of the result of a call: whether the body that made it goes on already. */
export function isHandedOver({ b }: RingRecord): boolean {
  return b === handedOver
}

/** Whether there is nothing in it but the parent and the deadline. */
function isBrief(context: CallContext): boolean {
  const { headers, vars, attempt, wantsProgress, wantsStart, startTimeoutMs, logLevel } = context
  const isSaid = headers || vars || attempt || wantsProgress || wantsStart
  return !(isSaid || startTimeoutMs || logLevel)
}

function withContext(
  { parentId, deadline }: CallContext,
  args: readonly unknown[],
): readonly unknown[] {
  return [parentId, deadline, ...args]
}

function contextOf(parentId: unknown, deadline: unknown): CallContext {
  return {
    ...(parentId !== undefined && { parentId: parentId as string }),
    ...(deadline !== undefined && { deadline: deadline as number }),
  }
}
