// The accounts and the drain of what their venues said: stage one of a turn.
//
// Sessions, balances and ends of listings are dealt with here; everything about an order goes to
// order truth, in the order it was said.
import type { NoticeSink } from '#core/notice.ts'
import type { MonoNs } from '#core/units.ts'
import type { OrderTruth } from '#order/order-truth.ts'
import type { PositionLedger } from '#order/position-ledger.ts'
import type { VenueEventQueue } from '#order/venue-event-queue.ts'
import { VenueEventKind, type VenueEvent } from '#order/venue-event.ts'
import type { ListingTokens } from './listing-tokens.ts'
import type { Reconciler } from './reconciler.ts'
import type { Settlement } from './settlement.ts'

export interface AccountDeskParts {
  readonly events: VenueEventQueue
  readonly truth: OrderTruth
  readonly positions: PositionLedger
  readonly settlement: Settlement
  readonly tokens: ListingTokens
  readonly notices: NoticeSink
}

export class AccountDesk {
  readonly #parts: AccountDeskParts
  readonly #reconcilers: Reconciler[] = []

  constructor(parts: AccountDeskParts) {
    this.#parts = parts
  }

  add(account: number, reconciler: Reconciler): void {
    this.#reconcilers[account] = reconciler
  }

  isReady(account: number): boolean {
    return this.#reconcilers[account]?.isReady === true
  }

  /** Every order that an earlier run may have left on this account is in the tables. */
  isPastKnown(account: number): boolean {
    return this.#reconcilers[account]?.isPastKnown === true
  }

  /** False before the accounts are opened. */
  get areAllPastsKnown(): boolean {
    const reconcilers = this.#reconcilers
    return reconcilers.length > 0 && reconcilers.every(({ isPastKnown }) => isPastKnown)
  }

  get areAllReady(): boolean {
    return this.#reconcilers.every((reconciler) => reconciler.isReady)
  }

  /** Everything decoded so far, in order. Returns how many events there were. */
  drain(nowNs: MonoNs): number {
    const { events } = this.#parts
    let drained = 0
    for (let event = events.take(); event !== null; event = events.take()) {
      this.#apply(event, nowNs)
      drained++
    }
    if (events.overflowed) this.#recoverFromOverflow(nowNs)
    return drained
  }

  #apply(event: VenueEvent, nowNs: MonoNs): void {
    switch (event.kind) {
      case VenueEventKind.SessionUp:
        this.#reconcilers[event.account]?.sessionUp(nowNs)
        return
      case VenueEventKind.SessionDown:
        this.#reconcilers[event.account]?.sessionDown(nowNs)
        return
      case VenueEventKind.Balance:
        this.#parts.positions.setBalance(event.account, event.asset, event.free, event.locked)
        return
      case VenueEventKind.ListingEnd:
        this.#parts.tokens.end(event.token, event.complete, nowNs)
        return
      case VenueEventKind.NotFound:
        this.#parts.settlement.notFound(event.clientIdHi, event.clientIdLo)
        return
      default:
        this.#parts.truth.apply(event, nowNs)
    }
  }

  /** Events were lost to us, not to the venues: every account is reconciled anew. */
  #recoverFromOverflow(nowNs: MonoNs): void {
    this.#parts.events.overflowed = false
    this.#parts.notices.notice(
      'alarm',
      'venue_events_lost',
      'more order events than the queue holds: reconciling every account',
      nowNs,
    )
    for (const reconciler of this.#reconcilers) {
      reconciler.sessionDown(nowNs)
      reconciler.sessionUp(nowNs)
    }
  }
}
