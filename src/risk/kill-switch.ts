// The kill switch: who has engaged it and why, and of which places it is proved since that no order
// of ours is left there. A place is an account on an instrument: what one listing answers for.
//
//   Unproved ──asked──► Asked ──clear──► Proved
//      ▲                  │                │
//      └───── unclear ────┴── order seen ──┘
//
// Pure: it neither sends nor asks. The gate refuses every order while it is engaged, and
// loop/kill-desk.ts takes back what is open and puts the questions. Only a person releases it.
import { assert } from '#core/assert.ts'
import { TransitionTable } from '#core/transitions.ts'
import { NS_PER_MS, type MonoNs } from '#core/units.ts'

/** Who said so, by which way, and why; journalled. */
export interface KillCause {
  /** `cli`, `api`, `signal` or `file`. */
  readonly origin: string
  /** OS user or the name of a token, '' where nobody can tell. */
  readonly who: string
  readonly reason: string
}

export const PlaceState = { Unproved: 0, Asked: 1, Proved: 2 } as const
export type PlaceState = (typeof PlaceState)[keyof typeof PlaceState]

export const PlaceEvent = {
  /** Its open orders are being listed. */
  Asked: 0,
  /** The listing was whole and none of ours is open. */
  Clear: 1,
  /** The listing was not whole, or it showed one of ours. */
  Unclear: 2,
  /** An order of ours is open there, wherever the news came from. */
  OrderSeen: 3,
} as const
export type PlaceEvent = (typeof PlaceEvent)[keyof typeof PlaceEvent]

const S = PlaceState
const E = PlaceEvent

export const placeTransitions = new TransitionTable('kill switch place', S, E, [
  [S.Unproved, E.Asked, S.Asked],
  [S.Unproved, E.OrderSeen, S.Unproved],
  [S.Asked, E.Clear, S.Proved],
  [S.Asked, E.Unclear, S.Unproved],
  [S.Asked, E.OrderSeen, S.Asked], //       the answer is still to come, and will be unclear
  [S.Proved, E.OrderSeen, S.Unproved], //   found late: it is taken back and asked about anew
])

/** Between two questions about the same place. */
const ASK_AGAIN_NS = 250 * NS_PER_MS

export interface KillPlace {
  readonly account: number
  readonly instrument: number
  state: PlaceState
  /** Before this a listing cannot prove anything: an order may still be on its way. */
  notBeforeNs: number
  /** An order that the last listing calls open and our books call over, '' without one. */
  contradicted: string
}

export class KillSwitch {
  readonly #places: KillPlace[] = []
  #cause: KillCause | null = null
  #engagedNs = 0

  get isEngaged(): boolean {
    return this.#cause !== null
  }

  /** Of the first who engaged it; null while it is not. */
  get cause(): KillCause | null {
    return this.#cause
  }

  get engagedNs(): number {
    return this.#engagedNs
  }

  get places(): readonly KillPlace[] {
    return this.#places
  }

  /** Every place was asked about and is clear; false before there are any. */
  get isProved(): boolean {
    if (this.#places.length === 0) return false
    for (const place of this.#places) if (place.state !== PlaceState.Proved) return false
    return true
  }

  /** False when it was engaged before: its first cause stands. */
  engage(cause: KillCause, nowNs: MonoNs): boolean {
    if (this.#cause !== null) return false
    this.#cause = cause
    this.#engagedNs = nowNs
    this.#places.length = 0
    return true
  }

  release(): void {
    assert(this.#cause !== null, 'what is released was engaged')
    this.#cause = null
    this.#places.length = 0
  }

  /** A place that is to be proved. */
  watch(account: number, instrument: number, notBeforeNs: number): KillPlace {
    const state = PlaceState.Unproved
    const place: KillPlace = { account, instrument, state, notBeforeNs, contradicted: '' }
    this.#places.push(place)
    return place
  }

  mayAsk(place: KillPlace, nowNs: MonoNs): boolean {
    return place.state === PlaceState.Unproved && nowNs >= place.notBeforeNs
  }

  asked(place: KillPlace): void {
    enter(place, PlaceEvent.Asked)
  }

  /** The answer to the question; an unclear one may be repeated after a pause. */
  answered(place: KillPlace, isClear: boolean, nowNs: MonoNs): void {
    enter(place, isClear ? PlaceEvent.Clear : PlaceEvent.Unclear)
    if (!isClear) this.askLater(place, nowNs)
  }

  askLater(place: KillPlace, nowNs: MonoNs): void {
    place.notBeforeNs = Math.max(place.notBeforeNs, nowNs + ASK_AGAIN_NS)
  }

  orderSeen(place: KillPlace): void {
    enter(place, PlaceEvent.OrderSeen)
  }
}

function enter(place: KillPlace, event: PlaceEvent): void {
  const next = placeTransitions.next(place.state, event)
  assert(next !== -1, 'a place was asked before it was answered')
  place.state = next as PlaceState
}
