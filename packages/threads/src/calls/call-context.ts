import { attemptNumber, type Call, onBodyStart, type TravelContext } from '@conc/core/internal'
import type { CallContext } from '../between/messages.js'

/** What goes along with attempt `number` of a call; the surroundings were captured when it was submitted. */
export function contextOf(
  call: Call,
  captured: TravelContext | undefined,
  number: number,
): CallContext | undefined {
  const attempt = call.options[attemptNumber] ?? number
  const wantsProgress = call.options.onProgress !== undefined
  const wantsStart = call.options[onBodyStart] !== undefined
  if (attempt === 1 && !wantsProgress && !wantsStart) return captured
  return {
    ...captured,
    ...(attempt > 1 && { attempt }),
    ...(wantsProgress && { wantsProgress }),
    ...(wantsStart && { wantsStart }),
  }
}
