/** Lets a source of items release what it holds. Its call has an outcome already: what the source says of it is lost. */
export function closeQuietly(close: () => unknown): void {
  const closing = async (): Promise<unknown> => close()
  closing().catch(() => {})
}
