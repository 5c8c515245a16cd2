/** Lets everything happen that waits for no timer. */
export async function flush(): Promise<void> {
  for (let turn = 0; turn < 40; turn++) await null
}
