import { type Borrower, Line, type Place, Slot } from '@conc/core/internal'

/** Wants slots to start a body on. */
export interface Entrant {
  /** Called with the slots in hand; must not throw. */
  enter(hold: Hold): void
}

/** The slots under one body: one of each limited run around it, its own run's first. */
export class Hold {
  readonly slots: readonly Slot[]

  constructor(slots: readonly Slot[]) {
    this.slots = slots
  }

  /** The body has ended. */
  end(): void {
    for (const slot of this.slots) slot.end()
  }
}

/**
 * Where the bodies of one run get their slots: one of the run's own limit, where it has one, and one of each limit
 * around the body that the run is nested in. That body lends them its own, one body at a time.
 */
export class Gate {
  readonly #own: Line | undefined
  readonly #outer: readonly Slot[]
  readonly #tickets = new Set<Ticket>()

  constructor(own: Line | undefined, outer: readonly Slot[]) {
    this.#own = own
    this.#outer = outer
  }

  /** @returns what stands in line. Nobody enters inside this call. */
  ask(entrant: Entrant, priority = 0): Ticket {
    const ticket = new Ticket(this, entrant, priority)
    this.#tickets.add(ticket)
    ticket.advance()
    return ticket
  }

  /** The slots, once there are some; pending for ever where the gate is closed meanwhile. */
  hold(priority: number | undefined): Promise<Hold> {
    return new Promise((enter) => {
      this.ask({ enter }, priority)
    })
  }

  /** Nobody enters any more. */
  close(): void {
    for (const ticket of [...this.#tickets]) ticket.leave()
  }

  /** Where slot number `place` comes from; `undefined` when there is nothing more to get. */
  source(place: number): { readonly line: Line; readonly lender?: Slot } | undefined {
    if (this.#own !== undefined) {
      if (place === 0) return { line: this.#own }
      place--
    }
    const lender = this.#outer[place]
    return lender && { line: lender.line, lender }
  }

  forget(ticket: Ticket): void {
    this.#tickets.delete(ticket)
  }
}

/** `undefined` where nothing limits the bodies of a run. @param outer the slots under the body around it. */
export function gateOf(concurrency: number | undefined, outer: readonly Slot[]): Gate | undefined {
  if (concurrency !== undefined && concurrency !== Number.POSITIVE_INFINITY) {
    return new Gate(new Line(concurrency), outer)
  }
  return outer.length === 0 ? undefined : new Gate(undefined, outer)
}

/** One body's way through the lines of a gate, from the inner one outwards: everybody goes in that order. */
export class Ticket implements Borrower {
  list: Place['list']
  next: Place['next']
  prev: Place['prev']
  readonly #gate: Gate
  readonly #entrant: Entrant
  readonly #priority: number
  readonly #slots: Slot[] = []
  #line: Line | undefined
  #hasLeft = false

  constructor(gate: Gate, entrant: Entrant, priority: number) {
    this.#gate = gate
    this.#entrant = entrant
    this.#priority = priority
  }

  advance(): void {
    const source = this.#gate.source(this.#slots.length)
    this.#line = source?.line
    if (source === undefined) {
      this.#gate.forget(this)
      this.#entrant.enter(new Hold(this.#slots))
      return
    }
    source.line.join(this, this.#priority)
    source.lender?.lendTo(this)
  }

  enter(): void {
    const line = this.#line as Line
    this.#slots.push(new Slot(line, () => line.release()))
    this.advance()
  }

  borrow(giveBack: () => void): void {
    this.#slots.push(new Slot(this.#line as Line, giveBack))
    // The lender hands on from body to body: not from inside of each other, ten thousand would not fit on the stack.
    queueMicrotask(() => {
      if (!this.#hasLeft) this.advance()
    })
  }

  /** Gives up, with whatever it has. */
  leave(): void {
    this.#hasLeft = true
    this.#gate.forget(this)
    this.#line?.leave(this)
    for (const slot of this.#slots) slot.end()
  }
}
