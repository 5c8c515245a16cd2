/** How a server or a pool came to its end. */
export interface CloseReport {
  /** Who closed it: who made it, a client with `stop()`, or nobody being there. */
  readonly by: 'owner' | 'client' | 'idle'
  /** Calls of sessions that ended by themselves while it closed. */
  readonly finished: number
  /** Calls that were cancelled by the close. */
  readonly cancelled: number
}
