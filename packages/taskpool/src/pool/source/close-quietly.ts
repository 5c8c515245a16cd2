/** Lets a source release what it holds. Its call is over already: what it says of it is lost. */
export function closeQuietly(close: () => unknown): void {
  const closing = async (): Promise<unknown> => close()
  closing().catch(() => {})
}
