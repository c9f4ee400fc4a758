// Hot path.
// Requests that are under way on the WS API, by id. Answers come in any order and on whichever
// connection the request went out, also on one that is being rotated out; each is matched by its
// id alone. An id tells its slot, so nothing is searched and nothing allocated; the slot that was
// given back last is taken next, so that the few in use stay in the cache.
//
//   a slot is one cache line:  id  sentNs  token  client id hi, lo  instrument  kind  ·
import { assert } from '#core/assert.ts'
import type { MonoNs } from '#core/units.ts'
import type { WebSocketSession } from '#wire/websocket-session.ts'

export const RequestKind = {
  Place: 0,
  Cancel: 1,
  Time: 2,
  Logon: 3,
  Subscribe: 4,
  OrderStatus: 5,
  OpenOrders: 6,
  Fills: 7,
  Balances: 8,
  OrderHistory: 9,
} as const
export type RequestKind = (typeof RequestKind)[keyof typeof RequestKind]

const CAPACITY = 4_096
/** Ids have ten digits, so that a request's template keeps its length: first + round × … + slot. */
const ID_FIRST = 1_000_000_000
const ID_LAST = 9_999_999_999
/** An id comes again after two million requests: its answer is long in, or never comes. */
const ROUNDS = Math.floor((ID_LAST - ID_FIRST) / CAPACITY)
const NONE = -1
const FREE = 0

export class RequestTable {
  readonly #rows = new Float64Array(CAPACITY * 8)
  readonly #sessions: (WebSocketSession | null)[] = Array.from({ length: CAPACITY }, () => null)
  /** A stack. */
  readonly #free = Int32Array.from({ length: CAPACITY }, (_, i) => CAPACITY - 1 - i)
  #freeCount = CAPACITY
  #round = 0

  get count(): number {
    return CAPACITY - this.#freeCount
  }

  /** A slot with a fresh id, or −1 when too many requests are unanswered. */
  take(kind: RequestKind, session: WebSocketSession, nowNs: MonoNs): number {
    if (this.#freeCount === 0) return NONE
    const slot = this.#free[--this.#freeCount]!
    this.#rows[slot * 8] = ID_FIRST + this.#round * CAPACITY + slot
    this.#rows[slot * 8 + 1] = nowNs
    this.#rows[slot * 8 + 6] = kind
    this.#round = this.#round + 1 === ROUNDS ? 0 : this.#round + 1
    this.#sessions[slot] = session
    this.setSubject(slot, NONE, 0, 0, 0)
    return slot
  }

  /** What the answer will be about; `token` is the listing's, for queries. */
  setSubject(
    slot: number,
    instrument: number,
    clientIdHi: number,
    clientIdLo: number,
    token: number,
  ): void {
    this.#rows[slot * 8 + 2] = token
    this.#rows[slot * 8 + 3] = clientIdHi
    this.#rows[slot * 8 + 4] = clientIdLo
    this.#rows[slot * 8 + 5] = instrument
  }

  /** The slot of an unanswered request, or −1: answered already, timed out, or never ours. */
  find(id: number): number {
    if (id < ID_FIRST || id > ID_LAST) return NONE
    const slot = (id - ID_FIRST) % CAPACITY
    return this.id(slot) === id ? slot : NONE
  }

  release(slot: number): void {
    assert(this.id(slot) !== FREE, 'a request is released once')
    this.#rows[slot * 8] = FREE
    this.#sessions[slot] = null
    this.#free[this.#freeCount++] = slot
  }

  /** 0 while the slot is free. */
  id(slot: number): number {
    return this.#rows[slot * 8]!
  }

  kind(slot: number): RequestKind {
    return this.#rows[slot * 8 + 6]! as RequestKind
  }

  sentNs(slot: number): number {
    return this.#rows[slot * 8 + 1]!
  }

  token(slot: number): number {
    return this.#rows[slot * 8 + 2]!
  }

  instrument(slot: number): number {
    return this.#rows[slot * 8 + 5]!
  }

  clientIdHi(slot: number): number {
    return this.#rows[slot * 8 + 3]!
  }

  clientIdLo(slot: number): number {
    return this.#rows[slot * 8 + 4]!
  }

  session(slot: number): WebSocketSession {
    const session = this.#sessions[slot]
    assert(session !== null && session !== undefined, 'a request under way has a session')
    return session
  }

  /** The next slot at or after `from` that was sent before `sentBeforeNs`, or −1. */
  nextOlder(from: number, sentBeforeNs: number): number {
    for (let slot = from; slot < CAPACITY; slot++) {
      if (this.id(slot) !== FREE && this.sentNs(slot) < sentBeforeNs) return slot
    }
    return NONE
  }

  /** The next slot at or after `from` that went out on `session`, or −1. */
  nextOn(session: WebSocketSession, from: number): number {
    for (let slot = from; slot < CAPACITY; slot++) {
      if (this.id(slot) !== FREE && this.#sessions[slot] === session) return slot
    }
    return NONE
  }
}
