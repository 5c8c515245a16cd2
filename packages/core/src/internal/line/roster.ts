/** Stands in at most one `Roster` at a time. The links are the roster's own: members only declare them. */
export interface Member {
  list: Roster | undefined
  next: Member | undefined
  prev: Member | undefined
}

/** Members in the order they came, linked through themselves: coming allocates nothing, leaving is O(1) from anywhere. */
export class Roster {
  /** Whose list it is, for members that move between lists. */
  readonly owner: unknown
  head: Member | undefined = undefined
  tail: Member | undefined = undefined
  size = 0

  constructor(owner?: unknown) {
    this.owner = owner
  }

  append(member: Member): void {
    const { tail } = this
    member.list = this
    member.prev = tail
    member.next = undefined
    if (tail === undefined) this.head = member
    else tail.next = member
    this.tail = member
    this.size++
  }

  prepend(member: Member): void {
    const { head } = this
    member.list = this
    member.prev = undefined
    member.next = head
    if (head === undefined) this.tail = member
    else head.prev = member
    this.head = member
    this.size++
  }

  /** Takes out a member of this list. */
  remove(member: Member): void {
    const { next, prev } = member
    if (prev === undefined) this.head = next
    else prev.next = next
    if (next === undefined) this.tail = prev
    else next.prev = prev
    member.list = member.next = member.prev = undefined
    this.size--
  }

  /** Puts `newcomer` where a member stands, who leaves. */
  replace(member: Member, newcomer: Member): void {
    const { next, prev } = member
    newcomer.list = this
    newcomer.next = next
    newcomer.prev = prev
    if (prev === undefined) this.head = newcomer
    else prev.next = newcomer
    if (next === undefined) this.tail = newcomer
    else next.prev = newcomer
    member.list = member.next = member.prev = undefined
  }

  *[Symbol.iterator](): Generator<Member, void, undefined> {
    for (let member = this.head; member !== undefined; ) {
      const following: Member | undefined = member.next
      yield member
      member = following
    }
  }
}
