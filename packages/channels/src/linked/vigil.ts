import { setImmediate } from 'node:timers'
import {
  awake,
  type ControlBlock,
  inAtomics,
  inLoop,
  looking,
  type Side,
  type Sleep,
} from './control-block.js'

import { Patience } from './patience.js'

/** Whose wait it is. */
export interface Watchman {
  /** Serves those who wait with what there is. */
  look(): void
  /** Whether the wait keeps the process from ending. */
  hold(isHeld: boolean): void
}

/**
 * How an end waits in its event loop: for a short time it looks again in each turn, which costs the other side nothing;
 * then it asks to be woken by a message, looks once more, and sleeps.
 */
export class Vigil {
  readonly #control: ControlBlock
  readonly #side: Side
  readonly #watchman: Watchman
  #state: 'off' | 'looking' | 'asleep' = 'off'
  /** Somebody waits for something to take; for room. */
  #reads = false
  #writes = false
  #hasTurn = false
  /** Until when this wait looks; 0: it has had no turn yet. */
  #until = 0
  readonly #patience = new Patience(0.05)
  #isHeld = false
  #isBlocked = false

  constructor(control: ControlBlock, side: Side, watchman: Watchman) {
    this.#control = control
    this.#side = side
    this.#watchman = watchman
  }

  /** Who waits has changed. */
  update(reads: boolean, writes: boolean): void {
    if (reads === this.#reads && writes === this.#writes) return
    this.#reads = reads
    this.#writes = writes
    this.lookAround()
  }

  /** Something may have happened. Begins to look again, if anybody waits. */
  lookAround(): void {
    if (this.#reads || this.#writes) {
      this.#state = 'looking'
      this.#until = 0
      this.#mark(looking)
      this.#nextTurn()
    } else {
      if (this.#state === 'looking') this.#patience.rewarded()
      this.#state = 'off'
      this.#mark(awake)
      this.#hold(false)
    }
  }

  /** What would have woken it was taken in by somebody else. */
  stir(): void {
    if (this.#state === 'asleep') this.lookAround()
  }

  /** This thread blocks and is to be woken out of that, whatever happens; or does so no more. */
  block(isBlocked: boolean): void {
    this.#isBlocked = false
    if (isBlocked) this.#set(inAtomics, inAtomics)
    else this.lookAround()
    this.#isBlocked = isBlocked
  }

  #mark(how: Sleep): void {
    this.#set(this.#reads ? how : awake, this.#writes ? how : awake)
  }

  #set(reader: Sleep, writer: Sleep): void {
    // Who waits in this event loop may change while the thread blocks; the other side must go on to ring.
    if (this.#isBlocked) return
    this.#control.setReader(this.#side, reader)
    this.#control.setWriter(this.#side, writer)
  }

  #nextTurn(): void {
    if (this.#hasTurn) return
    this.#hasTurn = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    this.#hasTurn = false
    if (this.#state !== 'looking') return
    const now = performance.now()
    if (this.#until === 0) this.#until = now + this.#patience.next()
    this.#watchman.look()
    if (this.#state !== 'looking' || this.#hasTurn) return
    if (now < this.#until) this.#nextTurn()
    else this.#sleep()
  }

  #sleep(): void {
    this.#state = 'asleep'
    this.#patience.disappointed()
    this.#hold(true)
    this.#mark(inLoop)
    // What the other side did before it could see the mark.
    this.#watchman.look()
  }

  #hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return
    this.#isHeld = isHeld
    this.#watchman.hold(isHeld)
  }
}
