/** Lets a source release what it holds. The call has its outcome already: what the source says of it is lost. */
export function closeQuietly(close: () => unknown): void {
  const closing = async (): Promise<unknown> => close()
  closing().catch(() => {})
}
