import { SerializationError, type Started, type Transferable } from '@conc/core'
import { findEmptied, findUncloneable, takeMoved, type Uncloneable } from '@conc/core/internal'

/** Whose value it is, for the error. */
export interface ValueOwner {
  readonly task: string | undefined
  readonly executor: string
  readonly started: Started
}

/** Everything that is moved along with `values`: what `listed` says, and what `move()` left on them. */
export function transferOf(
  values: readonly unknown[],
  listed?: readonly Transferable[],
): readonly Transferable[] | undefined {
  let transfer = listed
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue
    const moved = takeMoved(value)
    if (moved) transfer = union(transfer, moved)
  }
  return transfer
}

/** The refusal of a list that names something twice or that has been moved already: Node takes some of these silently. */
export function refuseTransfer(
  transfer: readonly Transferable[] | undefined,
  owner: ValueOwner,
): SerializationError | undefined {
  if (transfer === undefined) return undefined
  for (const [index, one] of transfer.entries()) {
    const what = transfer.indexOf(one) < index ? 'listed twice' : isDetached(one) && 'moved already'
    if (what) return unfit({ path: `transfer[${index}]`, what }, 'cannot be moved', owner)
  }
  return undefined
}

function isDetached(value: unknown): boolean {
  if (!(value instanceof ArrayBuffer) || value.byteLength > 0) return false
  try {
    return new Uint8Array(value).byteLength < 0
  } catch {
    return true
  }
}

/** The refusal of values that Node would silently clone to `{}`; `undefined` where all is well. */
export function refuseEmptied(
  values: readonly unknown[],
  rootOf: (index: number) => string,
  transfer: readonly Transferable[] | undefined,
  owner: ValueOwner,
): SerializationError | undefined {
  for (let index = 0; index < values.length; index++) {
    const value = values[index]
    if (typeof value !== 'object' || value === null) continue
    const found = findEmptied(value, rootOf(index), transfer)
    if (found) return unfit(found, 'would arrive empty', owner)
  }
  return undefined
}

/** What the failure of a `postMessage` was about. */
export function cloneFailure(
  cause: unknown,
  value: unknown,
  root: string,
  transfer: readonly Transferable[] | undefined,
  owner: ValueOwner,
): SerializationError {
  const found = findUncloneable(value, root, transfer)
  if (found) return unfit(found, 'cannot be copied', owner, cause)
  return travelFailure(cause, transfer?.length ? 'transfer' : root, owner)
}

/** A value that cannot be sent, or read where it arrives, as a whole: it is too deep for the stack there, and the like. */
export function travelFailure(cause: unknown, path: string, owner: ValueOwner): SerializationError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SerializationError(`${path} cannot travel to another thread: ${reason}`, {
    ...owner,
    path,
    cause,
  })
}

function unfit(
  { path, what }: Uncloneable,
  trouble: string,
  owner: ValueOwner,
  cause?: unknown,
): SerializationError {
  return new SerializationError(
    `${path} is ${what}, which ${trouble} to another thread${owner.task === undefined ? '' : ` (task '${owner.task}')`}.`,
    { ...owner, path, ...(cause !== undefined && { cause }) },
  )
}

function union(
  one: readonly Transferable[] | undefined,
  other: readonly Transferable[],
): readonly Transferable[] {
  return one ? [...one, ...other.filter((item) => !one.includes(item))] : other
}
