import type { Need } from './check.js'

/** What checks ask of an executor. The reasons are shown beside a skipped check. */

export const bounded: Need = ({ isBounded }) =>
  isBounded ? undefined : 'it has no limit of its own'

export const unbounded: Need = ({ isBounded }) => (isBounded ? 'it has a limit' : undefined)

export const queueLimit: Need = ({ hasQueueLimit }) =>
  hasQueueLimit ? undefined : 'it has no queueLimit'

export const streaming: Need = ({ capabilities }) =>
  capabilities.streaming ? undefined : 'it does not stream'

export const closures: Need = ({ capabilities }) =>
  capabilities.closures ? undefined : 'it runs declared tasks only'

export const noClosures: Need = ({ capabilities }) =>
  capabilities.closures ? 'it runs any function' : undefined

export const identity: Need = ({ capabilities }) =>
  capabilities.values === 'identity' ? undefined : 'its values are copies'

export const copies: Need = ({ capabilities }) =>
  capabilities.values === 'identity' ? 'its values are the same objects on both sides' : undefined

export const cycles: Need = ({ capabilities }) =>
  capabilities.values === 'wire' ? 'its values cannot contain themselves' : undefined

export const tellsBodies: Need = ({ capabilities }) =>
  capabilities.cancel === 'waiting' ? 'it cancels waiting work only' : undefined

export const kills: Need = ({ capabilities }) =>
  capabilities.cancel === 'forceful' ? undefined : 'it does not end workers'

export const priorities: Need = ({ capabilities }) =>
  capabilities.priority ? undefined : 'it has no priorities'

export const moves: Need = ({ capabilities }) =>
  capabilities.transfer ? undefined : 'it does not move values'

export const separateWorkers: Need = ({ hasSeparateWorkers }) =>
  hasSeparateWorkers ? undefined : 'no `separateWorkers`: a task must not end its worker'

export const tellsInFront: Need = (subject) =>
  subject.tellsInFront ? undefined : 'it does not tell an executor in front of it of its bodies'

export const brokenStart: Need = ({ brokenStart: create }) =>
  create ? undefined : 'no `brokenStart`: nothing is known whose workers cannot start'
