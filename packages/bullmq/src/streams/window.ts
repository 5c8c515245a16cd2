/** How many items a producer may be ahead of its consumer. */
export const windowItems = 16

/** How many bytes of items it may be ahead, by one item more. */
export const windowBytes: number = 1024 * 1024

/** How long what is in Redis of a stream is kept when nobody touches it; ms. */
export const keepMs: number = 60 * 60 * 1000

/** How often somebody who waits looks for himself, should a message have been lost; ms. */
export const lookMs = 1000
