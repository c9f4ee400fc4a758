// Takes back every open order of ours on one account, and proves that none is left:
//
//   list all symbols ─► ours? ─► cancel each ─► list again … ─► none, and none can still arrive
//                         └── none, but too early, or no answer: wait, list again ──┘
//
// Ours is what carries our instance and no later incarnation than the engine's that is gone: orders
// of people, of other programs and of an engine that has been started since are left alone.
// Stepped by answers and timers; it neither knows a clock nor waits.
import { assert } from '#core/assert.ts'
import type { Prng } from '#core/prng.ts'
import type { TimerTarget, TimerWheel } from '#core/timer-wheel.ts'
import { TransitionTable } from '#core/transitions.ts'
import { monoNs, NS_PER_MS, NS_PER_S, type MonoNs } from '#core/units.ts'
import { clientIdParts, ParsedClientId } from '#order/client-order-id.ts'
import type { OpenOrder, RescueListener, VenueRescue } from '#venue/venue.ts'
import { backoffDelayNs } from '#wire/backoff.ts'
import type { WatchLog } from './watch-log.ts'

export const SweepState = { Idle: 0, Listing: 1, Cancelling: 2, Resting: 3, Clear: 4 } as const
export type SweepState = (typeof SweepState)[keyof typeof SweepState]

export const SweepEvent = {
  Begin: 0,
  /** The listing shows orders of ours. */
  FoundOurs: 1,
  /** It shows none, but one may still be on its way. */
  FoundNone: 2,
  /** It shows none, and none can arrive any more. */
  Proved: 3,
  /** It did not come, or cannot be read. */
  Failed: 4,
  /** Every cancel of this pass was answered, or will not be. */
  Answered: 5,
  Again: 6,
  Stop: 7,
} as const
export type SweepEvent = (typeof SweepEvent)[keyof typeof SweepEvent]

const S = SweepState
const E = SweepEvent

export const sweepTransitions = new TransitionTable('account sweep', S, E, [
  [S.Idle, E.Begin, S.Listing],
  [S.Listing, E.FoundOurs, S.Cancelling],
  [S.Listing, E.FoundNone, S.Resting],
  [S.Listing, E.Proved, S.Clear],
  [S.Listing, E.Failed, S.Resting],
  [S.Cancelling, E.Answered, S.Resting],
  [S.Resting, E.Again, S.Listing],
  [S.Clear, E.Begin, S.Listing],
  // Somebody else looks after the orders again.
  [S.Idle, E.Stop, S.Idle],
  [S.Listing, E.Stop, S.Idle],
  [S.Cancelling, E.Stop, S.Idle],
  [S.Resting, E.Stop, S.Idle],
  [S.Clear, E.Stop, S.Idle],
])

/** Cancels of one pass; the next listing shows what is left. */
const CANCELS_MAX = 64
const LOOK_AGAIN_NS = 100 * NS_PER_MS
/** While an order may still arrive. */
const EARLY_LOOK_NS = 500 * NS_PER_MS
const BACKOFF_FIRST_NS = 250 * NS_PER_MS
const BACKOFF_MAX_NS = 10 * NS_PER_S

/** Whose orders are taken back. */
export interface SweepOwner {
  readonly instance: number
  /** The last incarnation whose orders are: later ones are a new engine's. */
  readonly incarnationMax: number
}

export interface AccountSweepParts {
  readonly market: string
  readonly name: string
  readonly rescue: VenueRescue
  readonly owner: SweepOwner
  readonly timers: TimerWheel
  readonly prng: Prng
  readonly log: WatchLog
}

export class AccountSweep implements TimerTarget {
  readonly #parts: AccountSweepParts
  readonly #clientId = new ParsedClientId()
  /** Ours, as last listed, by the venue's id; those that are over have left. */
  readonly #open = new Map<string, OpenOrder>()
  #state: SweepState = SweepState.Idle
  /** Answers to what was asked before a stop carry an older one. */
  #epoch = 0
  #notBeforeNs = 0
  #askedNs = 0
  #unanswered = 0
  #failures = 0
  #cancelled = 0
  /** '' or why nothing is known now. */
  #problem = ''

  constructor(parts: AccountSweepParts) {
    this.#parts = parts
  }

  get market(): string {
    return this.#parts.market
  }

  get name(): string {
    return this.#parts.name
  }

  /** Proved: nothing of ours is open, and nothing can arrive any more. */
  get isClear(): boolean {
    return this.#state === SweepState.Clear
  }

  get cancelledCount(): number {
    return this.#cancelled
  }

  /** What is not known to be over. */
  get open(): readonly OpenOrder[] {
    return [...this.#open.values()]
  }

  get problem(): string {
    return this.#problem
  }

  /** How long after the last possible send of the engine an order may still arrive. */
  get orderWindowNs(): number {
    return this.#parts.rescue.orderWindowNs
  }

  /** `notBeforeNs`: a listing that is asked for earlier proves nothing. */
  begin(notBeforeNs: number, nowNs: MonoNs): void {
    this.#notBeforeNs = notBeforeNs
    this.#enter(SweepEvent.Begin, nowNs)
  }

  /** Nothing more is asked for; what was asked already may still be carried out. */
  stop(nowNs: MonoNs): void {
    this.#epoch++
    this.#enter(SweepEvent.Stop, nowNs)
  }

  onTimer(epoch: number, nowNs: MonoNs): void {
    if (epoch === this.#epoch) this.#enter(SweepEvent.Again, nowNs)
  }

  #enter(event: SweepEvent, nowNs: MonoNs): void {
    const next = sweepTransitions.next(this.#state, event)
    assert(next !== -1, 'a sweep left its table')
    this.#state = next as SweepState
    switch (this.#state) {
      case SweepState.Listing:
        return this.#list(nowNs)
      case SweepState.Resting:
        return this.#rest(event, nowNs)
      case SweepState.Clear:
        return this.#tell('account_clear', { cancelled: this.#cancelled })
      default:
    }
  }

  #list(nowNs: MonoNs): void {
    this.#askedNs = nowNs
    this.#parts.rescue.requestOpenOrders(this.#answer(), nowNs)
  }

  /** Hears the answers to what is asked in this epoch. */
  #answer(): RescueListener {
    const epoch = this.#epoch
    const isStale = (): boolean => epoch !== this.#epoch
    return {
      onOpenOrders: (orders, nowNs) => {
        if (!isStale()) this.#onListed(orders, nowNs)
      },
      onCancelled: (order, nowNs) => {
        this.#onCancelled(order, isStale(), nowNs)
      },
      onFailed: (order, detail, nowNs) => {
        if (!isStale()) this.#onFailed(order, detail, nowNs)
      },
    }
  }

  #onListed(orders: readonly OpenOrder[], nowNs: MonoNs): void {
    this.#failures = 0
    this.#problem = ''
    this.#open.clear()
    for (const order of orders) {
      if (this.#isOurs(order)) this.#open.set(order.venueOrderId, order)
    }
    if (this.#open.size === 0) {
      const isProof = this.#askedNs >= this.#notBeforeNs
      return this.#enter(isProof ? SweepEvent.Proved : SweepEvent.FoundNone, nowNs)
    }
    this.#enter(SweepEvent.FoundOurs, nowNs)
    this.#tell('orders_found', { ours: this.#open.size, others: orders.length - this.#open.size })
    this.#cancelAll(nowNs)
  }

  #isOurs({ clientOrderId }: OpenOrder): boolean {
    if (!this.#clientId.parseText(clientOrderId)) return false
    const { instance, incarnation } = clientIdParts(this.#clientId.hi, this.#clientId.lo)
    const { owner } = this.#parts
    return instance === owner.instance && incarnation <= owner.incarnationMax
  }

  #cancelAll(nowNs: MonoNs): void {
    const orders = this.open.slice(0, CANCELS_MAX)
    this.#unanswered = orders.length
    const answer = this.#answer()
    for (const order of orders) this.#parts.rescue.cancel(order, answer, nowNs)
  }

  #onCancelled(order: OpenOrder, isStale: boolean, nowNs: MonoNs): void {
    this.#open.delete(order.venueOrderId)
    this.#cancelled++
    this.#tell('order_cancelled', { order: order.clientOrderId, symbol: order.symbol })
    if (!isStale) this.#answered(nowNs)
  }

  #onFailed(order: OpenOrder | null, detail: string, nowNs: MonoNs): void {
    this.#problem = detail
    this.#failures++
    if (order === null) {
      this.#tell('listing_failed', { why: detail })
      return this.#enter(SweepEvent.Failed, nowNs)
    }
    this.#tell('cancel_failed', { order: order.clientOrderId, symbol: order.symbol, why: detail })
    this.#answered(nowNs)
  }

  #answered(nowNs: MonoNs): void {
    this.#unanswered--
    if (this.#unanswered === 0) this.#enter(SweepEvent.Answered, nowNs)
  }

  #rest(after: SweepEvent, nowNs: MonoNs): void {
    const waitNs = this.#failures > 0 ? this.#backoffNs() : LOOK_AGAIN_NS
    const earlyNs = Math.min(EARLY_LOOK_NS, Math.max(0, this.#notBeforeNs - nowNs))
    const restNs = after === SweepEvent.FoundNone ? earlyNs : waitNs
    this.#parts.timers.arm(this, this.#epoch, monoNs(nowNs + restNs))
  }

  #backoffNs(): number {
    const { prng } = this.#parts
    return backoffDelayNs(this.#failures - 1, BACKOFF_FIRST_NS, BACKOFF_MAX_NS, prng)
  }

  #tell(event: string, fields: Readonly<Record<string, string | number>>): void {
    const { log, market, name } = this.#parts
    log.tell(event, { venue: market, account: name, ...fields })
  }
}
