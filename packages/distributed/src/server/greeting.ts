import type { Capabilities, Load } from '@conc/core'
import { protocolName } from '../protocol/limits.js'
import type { Meta } from '../protocol/meta.js'
import type { ServeSettings } from './serve-options.js'

/** What a server says of itself in its WELCOME. */
export function greetingOf(
  { maxPayloadBytes, maxInFlight, maxInFlightBytes, leaseMs, resumeMs }: ServeSettings,
  { name, capabilities, load }: { name: string; capabilities: Capabilities; load: Load },
): Meta {
  return {
    protocol: protocolName,
    name,
    maxPayloadBytes,
    maxInFlight,
    maxInFlightBytes,
    leaseMs,
    resumeMs,
    capabilities: { ...capabilities },
    load: { ...load },
  }
}
