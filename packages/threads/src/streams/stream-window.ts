/** How far the producer of a stream may be ahead of its consumer. */
export const streamWindow: { readonly items: number; readonly bytes: number } = Object.freeze({
  items: 16,
  bytes: 1024 * 1024,
})
