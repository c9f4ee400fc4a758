// Hot path.
// The bounded ring between socket callbacks, which only decode, and the turn, which decides.
//
//   claim() → slot, fill its fields, publish()          take() → slot, valid until the next take
//
// Order events never coalesce. When the ring is full the event is lost to us and `overflowed`
// stays set until the account has been reconciled: the venue still has the truth.
import { assert } from '#core/assert.ts'
import { ORDER_EVENTS_MAX } from '#core/limits.ts'
import { VenueEvent, type VenueEventKind } from './venue-event.ts'

export class VenueEventQueue {
  readonly #slots: readonly VenueEvent[]
  readonly #overflowSlot = new VenueEvent()
  #head = 0
  #count = 0
  #claimed: VenueEvent | null = null
  overflowed = false

  constructor(capacity: number = ORDER_EVENTS_MAX) {
    this.#slots = Array.from({ length: capacity }, () => new VenueEvent())
  }

  get count(): number {
    return this.#count
  }

  /** The slot to fill; follow with publish(). Text fields and flags come cleared. */
  claim(kind: VenueEventKind, account: number, receivedNs: number): VenueEvent {
    assert(this.#claimed === null, 'a claimed event was not published')
    const isFull = this.#count === this.#slots.length
    const tail = (this.#head + this.#count) % this.#slots.length
    const slot = isFull ? this.#overflowSlot : this.#slots[tail]!
    slot.kind = kind
    slot.account = account
    slot.receivedNs = receivedNs
    clear(slot)
    this.#claimed = slot
    return slot
  }

  publish(): void {
    assert(this.#claimed !== null, 'publish without a claim')
    if (this.#claimed === this.#overflowSlot) this.overflowed = true
    else this.#count++
    this.#claimed = null
  }

  /** The oldest event, or null; its slot is valid until the next take. */
  take(): VenueEvent | null {
    if (this.#count === 0) {
      // Back to the first slots: a few that stay in the cache serve nearly every turn.
      this.#head = 0
      return null
    }
    const slot = this.#slots[this.#head]!
    this.#head = (this.#head + 1) % this.#slots.length
    this.#count--
    return slot
  }
}

function clear(slot: VenueEvent): void {
  slot.instrument = -1
  slot.clientIdHi = 0
  slot.clientIdLo = 0
  slot.venueOrderId = ''
  slot.cumQtyUnits = -1
  slot.cumNotionalUnits = -1
  slot.tradeId = ''
  slot.fee = ''
  slot.feeAsset = ''
  slot.isMaker = false
  slot.reason = 0
  slot.venueCode = 0
  slot.venueText = ''
  slot.token = 0
  slot.complete = false
  slot.venueTimeUs = 0
}
