// Hot path.
// Every order of the engine as rows of typed arrays, addressed by index. Rows are taken from a
// free list and given back only when terminal and forgotten; ids are found by open addressing.
import { assert } from '#core/assert.ts'
import { INSTRUMENTS_MAX, ORDERS_MAX } from '#core/limits.ts'
import { OrderState } from './order-state.ts'

const NONE = -1

export class OrderTable {
  readonly capacity: number
  readonly state: Uint8Array
  readonly side: Uint8Array
  readonly type: Uint8Array
  readonly timeInForce: Uint8Array
  readonly reduceOnly: Uint8Array
  /** Why it was rejected, as RejectReason; 0 otherwise. */
  readonly rejectReason: Uint8Array
  readonly task: Int32Array
  readonly instrument: Int32Array
  readonly account: Int32Array
  readonly priceUnits: Float64Array
  readonly qtyUnits: Float64Array
  /** Σ of distinct fills booked for this order. */
  readonly filledUnits: Float64Array
  /** The venue's largest cumulative count seen; ≥ filledUnits while fills are on their way. */
  readonly cumQtyUnits: Float64Array
  readonly clientIdHi: Uint32Array
  readonly clientIdLo: Uint32Array
  readonly createdNs: Float64Array
  readonly sentNs: Float64Array
  readonly acceptedNs: Float64Array
  /** 1 once the time from send to accept was recorded. */
  readonly ackRecorded: Uint8Array
  readonly cancelSentNs: Float64Array
  readonly venueOrderId: string[]
  /** How the venue knows an order of another program that a task continues; '' for our own. */
  readonly foreignId: string[]

  readonly #nextFree: Int32Array
  #free = 0
  #count = 0
  readonly #buckets: Int32Array
  readonly #bucketMask: number
  /** By account and instrument, then by the venue's id. */
  readonly #byVenueOrderId: Map<string, number>[] = []

  constructor(capacity: number = ORDERS_MAX) {
    this.capacity = capacity
    this.state = new Uint8Array(capacity)
    this.side = new Uint8Array(capacity)
    this.type = new Uint8Array(capacity)
    this.timeInForce = new Uint8Array(capacity)
    this.reduceOnly = new Uint8Array(capacity)
    this.rejectReason = new Uint8Array(capacity)
    this.task = new Int32Array(capacity).fill(NONE)
    this.instrument = new Int32Array(capacity)
    this.account = new Int32Array(capacity)
    this.priceUnits = new Float64Array(capacity)
    this.qtyUnits = new Float64Array(capacity)
    this.filledUnits = new Float64Array(capacity)
    this.cumQtyUnits = new Float64Array(capacity)
    this.clientIdHi = new Uint32Array(capacity)
    this.clientIdLo = new Uint32Array(capacity)
    this.createdNs = new Float64Array(capacity)
    this.sentNs = new Float64Array(capacity)
    this.acceptedNs = new Float64Array(capacity)
    this.ackRecorded = new Uint8Array(capacity)
    this.cancelSentNs = new Float64Array(capacity)
    this.foreignId = Array.from({ length: capacity }, () => '')
    this.venueOrderId = Array.from({ length: capacity }, () => '')
    this.#nextFree = new Int32Array(capacity)
    for (let i = 0; i < capacity; i++) this.#nextFree[i] = i + 1 < capacity ? i + 1 : NONE
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
    assert(this.find(clientIdHi, clientIdLo) === NONE, 'a client order id is used once')
    this.#free = this.#nextFree[order]!
    this.#count++
    this.state[order] = OrderState.Created
    this.clientIdHi[order] = clientIdHi
    this.clientIdLo[order] = clientIdLo
    this.filledUnits[order] = 0
    this.cumQtyUnits[order] = 0
    this.reduceOnly[order] = 0
    this.rejectReason[order] = 0
    this.sentNs[order] = 0
    this.acceptedNs[order] = 0
    this.ackRecorded[order] = 0
    this.cancelSentNs[order] = 0
    this.venueOrderId[order] = ''
    this.foreignId[order] = ''
    this.#index(order)
    return order
  }

  /** Gives a terminal row back; its id is no longer found. */
  release(order: number): void {
    assert(this.task[order] !== NONE, 'an order is released once')
    this.#unindex(order)
    const venueOrderId = this.venueOrderId[order]!
    if (venueOrderId !== '') this.#idsBeside(order).delete(venueOrderId)
    this.task[order] = NONE
    this.#nextFree[order] = this.#free
    this.#free = order
    this.#count--
  }

  /** Index of the order with this client order id, or −1. */
  find(clientIdHi: number, clientIdLo: number): number {
    let bucket = this.#hash(clientIdHi, clientIdLo)
    for (;;) {
      const order = this.#buckets[bucket]!
      if (order === NONE) return NONE
      const isSame = this.clientIdLo[order] === clientIdLo && this.clientIdHi[order] === clientIdHi
      if (isSame) return order
      bucket = (bucket + 1) & this.#bucketMask
    }
  }

  /** The venue's own id: some listings name orders only by it. True when it is news. */
  setVenueOrderId(order: number, venueOrderId: string): boolean {
    const known = this.venueOrderId[order]!
    if (venueOrderId === '' || known === venueOrderId) return false
    // A venue that replaces an order may rename it: the old name must not outlive the row.
    const ids = this.#idsBeside(order)
    if (known !== '') ids.delete(known)
    this.venueOrderId[order] = venueOrderId
    ids.set(venueOrderId, order)
    return true
  }

  /** By the venue's id; unique within an account and an instrument. −1 where unknown. */
  findByVenueOrderId(account: number, instrument: number, venueOrderId: string): number {
    return this.#byVenueOrderId[idScope(account, instrument)]?.get(venueOrderId) ?? NONE
  }

  /** The ids known of the order's account and instrument. */
  #idsBeside(order: number): Map<string, number> {
    const scope = idScope(this.account[order]!, this.instrument[order]!)
    return (this.#byVenueOrderId[scope] ??= new Map())
  }

  #hash(clientIdHi: number, clientIdLo: number): number {
    const mixed = Math.imul(clientIdLo ^ (clientIdLo >>> 15), 0x85ebca6b) ^ clientIdHi
    return (Math.imul(mixed, 0xc2b2ae35) >>> 8) & this.#bucketMask
  }

  #index(order: number): void {
    let bucket = this.#hash(this.clientIdHi[order]!, this.clientIdLo[order]!)
    while (this.#buckets[bucket] !== NONE) bucket = (bucket + 1) & this.#bucketMask
    this.#buckets[bucket] = order
  }

  /** Removes one entry and closes the gap, so that probing never needs tombstones. */
  #unindex(order: number): void {
    let bucket = this.#hash(this.clientIdHi[order]!, this.clientIdLo[order]!)
    while (this.#buckets[bucket] !== order) bucket = (bucket + 1) & this.#bucketMask
    let gap = bucket
    this.#buckets[gap] = NONE
    for (;;) {
      bucket = (bucket + 1) & this.#bucketMask
      const moved = this.#buckets[bucket]!
      if (moved === NONE) return
      const home = this.#hash(this.clientIdHi[moved]!, this.clientIdLo[moved]!)
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
