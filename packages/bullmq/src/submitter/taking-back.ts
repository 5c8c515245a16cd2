/** Says that a job was taken out of the queue, so that its call can be made in another way. */
export class TakenBack extends Error {
  override readonly name = 'TakenBack'
}

const offers = new WeakMap<object, () => Promise<void>>()

export function offersTakingBack(executor: object, takeBack: () => Promise<void>): void {
  offers.set(executor, takeBack)
}

/** Takes those jobs of an executor out of its queue that no worker has begun: their calls reject with `TakenBack`. */
export async function takeBackFrom(executor: object): Promise<void> {
  await offers.get(executor)?.()
}
