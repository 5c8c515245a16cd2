/** Who asks for locks in a worker: a body, or one of the tasks that run there inside of it. */
export interface BodyOwner {
  readonly body: number
  /** Of the task inside. */
  readonly task?: string
  readonly name?: string
}
