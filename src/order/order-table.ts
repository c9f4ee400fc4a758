// Hot path.
// Every order of the engine, addressed by the index of its row. Rows are taken from a free list and
// given back only when terminal and forgotten; ids are found by open addressing.
import { assert } from '#core/assert.ts'
import { INSTRUMENTS_MAX, ORDERS_MAX } from '#core/limits.ts'
import { OrderRows } from './order-rows.ts'
import { OrderState } from './order-state.ts'

const NONE = -1

/** Whether the venue's id of an order can be looked up. */
const IdState = {
  None: 0,
  /** The row waits in the chain of those that the next search indexes. */
  Waiting: 1,
  Indexed: 2,
} as const

export class OrderTable extends OrderRows {
  readonly #venueOrderIds: string[]
  readonly #foreignIds: string[]
  /** The first free row; the others follow it where a live one has the next of its task. */
  #free = 0
  #count = 0
  readonly #buckets: Int32Array
  readonly #bucketMask: number
  /** By account and instrument, then by the venue's id. */
  readonly #byVenueOrderId: Map<string, number>[] = []
  #firstUnindexed = NONE

  constructor(capacity: number = ORDERS_MAX) {
    super(capacity)
    this.#foreignIds = Array.from({ length: capacity }, () => '')
    this.#venueOrderIds = Array.from({ length: capacity }, () => '')
    for (let order = 0; order < capacity; order++) {
      this.setTask(order, NONE)
      this.setNextOfTask(order, order + 1 < capacity ? order + 1 : NONE)
    }
    this.#bucketMask = 2 ** Math.ceil(Math.log2(capacity * 2)) - 1
    this.#buckets = new Int32Array(this.#bucketMask + 1).fill(NONE)
  }

  get count(): number {
    return this.#count
  }

  /** A fresh row in state Created with its id indexed, or −1 when the table is full. */
  take(clientIdHi: number, clientIdLo: number): number {
    const order = this.#free
    if (order === NONE) return NONE
    const bucket = this.#bucketOf(clientIdHi, clientIdLo)
    assert(this.#buckets[bucket] === NONE, 'a client order id is used once')
    this.#buckets[bucket] = order
    this.#free = this.nextOfTask(order)
    this.#count++
    this.#clear(order)
    this.rows[order * 24 + 9] = clientIdHi
    this.rows[order * 24 + 10] = clientIdLo
    return order
  }

  /** Gives a terminal row back; its id is no longer found. */
  release(order: number): void {
    assert(this.task(order) !== NONE, 'an order is released once')
    this.#unindex(order)
    this.#forgetVenueOrderId(order)
    this.#venueOrderIds[order] = ''
    if (this.isForeign(order)) this.setForeignId(order, '')
    this.setTask(order, NONE)
    this.setNextOfTask(order, this.#free)
    this.#free = order
    this.#count--
  }

  /** Index of the order with this client order id, or −1. */
  find(clientIdHi: number, clientIdLo: number): number {
    return this.#buckets[this.#bucketOf(clientIdHi, clientIdLo)]!
  }

  /** The venue's own id, '' until it is known: some listings name orders only by it. */
  venueOrderId(order: number): string {
    return this.#venueOrderIds[order]!
  }

  /** True when it is news. */
  setVenueOrderId(order: number, venueOrderId: string): boolean {
    if (venueOrderId === '' || this.#venueOrderIds[order] === venueOrderId) return false
    // A venue that replaces an order may rename it: the old name must not outlive the row.
    this.#forgetVenueOrderId(order)
    this.#venueOrderIds[order] = venueOrderId
    if (this.#idState(order) === IdState.None) this.#awaitIndex(order)
    return true
  }

  /**
   * By the venue's id; unique within an account and an instrument. −1 where unknown. Only listings
   * search so: ids are indexed when one does, not while orders are accepted.
   */
  findByVenueOrderId(account: number, instrument: number, venueOrderId: string): number {
    if (this.#firstUnindexed !== NONE) this.#indexVenueOrderIds()
    return this.#byVenueOrderId[idScope(account, instrument)]?.get(venueOrderId) ?? NONE
  }

  /** How the venue knows such an order; '' for our own. */
  foreignId(order: number): string {
    return this.#foreignIds[order]!
  }

  setForeignId(order: number, foreignId: string): void {
    this.#foreignIds[order] = foreignId
    this.setForeign(order, foreignId !== '')
  }

  /** What a fresh row must not inherit. Its place among ids to be indexed is no part of that. */
  #clear(order: number): void {
    this.setState(order, OrderState.Created)
    this.setReduceOnly(order, false)
    this.setRejectReason(order, 0)
    this.setFilledUnits(order, 0)
    this.setCumQtyUnits(order, 0)
    this.setFilledNotional(order, 0)
    this.setSentNs(order, 0)
    this.setAcceptedNs(order, 0)
    this.setAckRecorded(order, false)
  }

  #idState(order: number): number {
    return this.rows[order * 24 + 21]!
  }

  #setIdState(order: number, state: number): void {
    this.rows[order * 24 + 21] = state
  }

  #awaitIndex(order: number): void {
    this.rows[order * 24 + 22] = this.#firstUnindexed
    this.#firstUnindexed = order
    this.#setIdState(order, IdState.Waiting)
  }

  #indexVenueOrderIds(): void {
    let order = this.#firstUnindexed
    while (order !== NONE) {
      const venueOrderId = this.#venueOrderIds[order]!
      // A row that was given back meanwhile has lost its name.
      const isNamed = venueOrderId !== ''
      if (isNamed) this.#idsBeside(order).set(venueOrderId, order)
      this.#setIdState(order, isNamed ? IdState.Indexed : IdState.None)
      order = this.rows[order * 24 + 22]!
    }
    this.#firstUnindexed = NONE
  }

  /** A row that waits stays where it waits: whatever name it has then is indexed. */
  #forgetVenueOrderId(order: number): void {
    if (this.#idState(order) !== IdState.Indexed) return
    this.#idsBeside(order).delete(this.#venueOrderIds[order]!)
    this.#setIdState(order, IdState.None)
  }

  /** The ids known of the order's account and instrument. */
  #idsBeside(order: number): Map<string, number> {
    const scope = idScope(this.account(order), this.instrument(order))
    return (this.#byVenueOrderId[scope] ??= new Map())
  }

  #hash(clientIdHi: number, clientIdLo: number): number {
    const mixed = Math.imul(clientIdLo ^ (clientIdLo >>> 15), 0x85ebca6b) ^ clientIdHi
    return (Math.imul(mixed, 0xc2b2ae35) >>> 8) & this.#bucketMask
  }

  /** Where the order with this id stands, or the free bucket where it would. */
  #bucketOf(clientIdHi: number, clientIdLo: number): number {
    let bucket = this.#hash(clientIdHi, clientIdLo)
    for (;;) {
      const order = this.#buckets[bucket]!
      if (order === NONE) return bucket
      if (this.clientIdLo(order) === clientIdLo && this.clientIdHi(order) === clientIdHi) {
        return bucket
      }
      bucket = (bucket + 1) & this.#bucketMask
    }
  }

  /** Removes one entry and closes the gap, so that probing never needs tombstones. */
  #unindex(order: number): void {
    let bucket = this.#bucketOf(this.clientIdHi(order), this.clientIdLo(order))
    let gap = bucket
    this.#buckets[gap] = NONE
    for (;;) {
      bucket = (bucket + 1) & this.#bucketMask
      const moved = this.#buckets[bucket]!
      if (moved === NONE) return
      const home = this.#hash(this.clientIdHi(moved), this.clientIdLo(moved))
      const staysReachable =
        ((bucket - home) & this.#bucketMask) < ((bucket - gap) & this.#bucketMask)
      if (staysReachable) continue
      this.#buckets[gap] = moved
      this.#buckets[bucket] = NONE
      gap = bucket
    }
  }
}

/** A venue's order id is unique within an account and an instrument. */
function idScope(account: number, instrument: number): number {
  return account * INSTRUMENTS_MAX + instrument
}
