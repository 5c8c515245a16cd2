/** What is encoded; small ones as a call has them. */
export const payloads: Readonly<Record<'args' | 'nested' | 'binary', () => unknown>> = {
  args: () => [3, 'images/a.png', true],
  nested: () => ({
    user: { id: 12_345, name: 'Ada Lovelace', tags: ['admin', 'staff'], at: [51.5, -0.12] },
    items: Array.from({ length: 10 }, (_, id) => ({ id, title: `item ${id}`, price: id * 1.5 })),
  }),
  /** A mebibyte. */
  binary: () => new Float64Array(131_072).fill(0.5),
}
