import { ThreadOutlet } from '@conc/core/internal'
import type { Link } from '../between/link.js'
import { type Boot, type ToParent, type ToThread, toParent } from '../between/messages.js'
import { bodyHere } from './parent-link.js'

/** What is said in a thread goes to the code that gave it its work, with the body that says it. */
export class ThreadLog extends ThreadOutlet {
  constructor({ executor, logs }: Boot, link: Link<ToThread, ToParent>) {
    super(executor, logs, (record) => link.post([toParent.said, bodyHere(), record]))
  }
}
