/** The id of a body: what no other body of the process has, then the call by which both sides know it. */
export function bodyId(tag: string, number: number, call: number): string {
  return `${tag}-${number}.${call}`
}

/** The call of the body with this id; `NaN` where it is none. */
export function callOfBody(id: string): number {
  return Number(id.slice(id.indexOf('.') + 1))
}
