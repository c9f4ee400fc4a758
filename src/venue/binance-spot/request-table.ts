// Hot path.
// Requests that are under way on the WS API, by id. Answers come in any order and on whichever
// connection the request went out, also on one that is being rotated out; each is matched by its
// id alone. A slot is an id modulo the capacity, so nothing is searched and nothing allocated.
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
/** Slots tried for a free one: those of unanswered older requests are passed over. */
const PROBES_MAX = 64
/** Ids have ten digits, so that a request's template keeps its length. */
const ID_FIRST = 1_000_000_000
const ID_LAST = 9_999_999_999
const NONE = -1
const FREE = 0

export class RequestTable {
  readonly id = new Float64Array(CAPACITY)
  readonly kind = new Uint8Array(CAPACITY)
  readonly instrument = new Int32Array(CAPACITY)
  readonly clientIdHi = new Uint32Array(CAPACITY)
  readonly clientIdLo = new Uint32Array(CAPACITY)
  /** The listing's token, for queries. */
  readonly token = new Float64Array(CAPACITY)
  readonly sentNs = new Float64Array(CAPACITY)
  readonly session: (WebSocketSession | null)[] = Array.from({ length: CAPACITY }, () => null)
  #nextId = ID_FIRST
  #count = 0

  get count(): number {
    return this.#count
  }

  /** A slot with a fresh id, or −1 when too many requests are unanswered. */
  take(kind: RequestKind, session: WebSocketSession, nowNs: MonoNs): number {
    for (let probe = 0; probe < PROBES_MAX; probe++) {
      const id = this.#nextId
      this.#nextId = id === ID_LAST ? ID_FIRST : id + 1
      const slot = id % CAPACITY
      if (this.id[slot] !== FREE) continue
      this.id[slot] = id
      this.kind[slot] = kind
      this.instrument[slot] = NONE
      this.clientIdHi[slot] = 0
      this.clientIdLo[slot] = 0
      this.token[slot] = 0
      this.sentNs[slot] = nowNs
      this.session[slot] = session
      this.#count++
      return slot
    }
    return NONE
  }

  /** The slot of an unanswered request, or −1: answered already, timed out, or never ours. */
  find(id: number): number {
    if (id < ID_FIRST) return NONE
    const slot = id % CAPACITY
    return this.id[slot] === id ? slot : NONE
  }

  release(slot: number): void {
    assert(this.id[slot] !== FREE, 'a request is released once')
    this.id[slot] = FREE
    this.session[slot] = null
    this.#count--
  }

  /** The next slot at or after `from` that was sent before `sentBeforeNs`, or −1. */
  nextOlder(from: number, sentBeforeNs: number): number {
    for (let slot = from; slot < CAPACITY; slot++) {
      if (this.id[slot] !== FREE && this.sentNs[slot]! < sentBeforeNs) return slot
    }
    return NONE
  }

  /** The next slot at or after `from` that went out on `session`, or −1. */
  nextOn(session: WebSocketSession, from: number): number {
    for (let slot = from; slot < CAPACITY; slot++) {
      if (this.id[slot] !== FREE && this.session[slot] === session) return slot
    }
    return NONE
  }
}
