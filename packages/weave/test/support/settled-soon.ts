/** Lets everything that is only a matter of microtasks happen. */
export async function settledSoon(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await null
}
