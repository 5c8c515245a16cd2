import type { ForwardedOptions } from '@conc/core/internal'

/** Called when the job of the call stands in the queue. */
export const onAdded: unique symbol = Symbol('onAdded')

export interface QueueOptions extends ForwardedOptions {
  readonly [onAdded]?: () => void
}
