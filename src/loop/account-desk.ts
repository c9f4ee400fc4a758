// The accounts and the drain of what their venues said: stage one of a turn.
//
// Sessions, balances and ends of listings are dealt with here; everything about an order goes to
// order truth, in the order it was said.
import type { NoticeSink } from '#core/notice.ts'
import type { MonoNs } from '#core/units.ts'
import type { Fill } from '#order/fill-ledger.ts'
import type { OrderTruth } from '#order/order-truth.ts'
import type { PositionLedger } from '#order/position-ledger.ts'
import type { VenueEventQueue } from '#order/venue-event-queue.ts'
import { VenueEventKind, type VenueEvent } from '#order/venue-event.ts'
import type { VenueAccount } from '#venue/venue.ts'
import type { AccountCheck } from './account-check.ts'
import type { BalanceCheck } from './balance-check.ts'
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
  /** A row said so, and order truth has heard of it. */
  reportedOpen?(event: VenueEvent): void
}

/** Who keeps one account true: until it is READY, from then on, and in its balances. */
export interface AccountKeepers {
  readonly account: VenueAccount
  readonly reconciler: Reconciler
  readonly check: AccountCheck
  readonly balances: BalanceCheck
}

export class AccountDesk {
  readonly #parts: AccountDeskParts
  readonly #keepers: AccountKeepers[] = []

  constructor(parts: AccountDeskParts) {
    this.#parts = parts
  }

  add(account: number, keepers: AccountKeepers): void {
    this.#keepers[account] = keepers
  }

  isReady(account: number): boolean {
    return this.#keepers[account]?.reconciler.isReady === true
  }

  /** Every order that an earlier run may have left on this account is in the tables. */
  isPastKnown(account: number): boolean {
    return this.#keepers[account]?.reconciler.isPastKnown === true
  }

  /** False before the accounts are opened. */
  get areAllPastsKnown(): boolean {
    const keepers = this.#keepers
    return keepers.length > 0 && keepers.every(({ reconciler }) => reconciler.isPastKnown)
  }

  get areAllReady(): boolean {
    return this.#keepers.every(({ reconciler }) => reconciler.isReady)
  }

  /** A fill of any account: its balances are expected to follow. */
  filled(fill: Fill): void {
    this.#keepers[fill.account]?.balances.booked(fill)
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
        this.#keepers[event.account]?.reconciler.sessionUp(nowNs)
        return
      case VenueEventKind.SessionDown:
        this.#sessionDown(this.#keepers[event.account], nowNs)
        return
      case VenueEventKind.Balance:
        return this.#applyBalance(event)
      case VenueEventKind.ReportedOpen:
        this.#parts.truth.apply(event, nowNs)
        this.#keepers[event.account]?.check.reportedOpen(event.clientIdHi, event.clientIdLo)
        this.#parts.reportedOpen?.(event)
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

  #applyBalance({ account, asset, free, locked, venueTimeUs }: VenueEvent): void {
    const isNewest = this.#keepers[account]?.balances.heard(asset, free, locked, venueTimeUs)
    if (isNewest !== false) this.#parts.positions.setBalance(account, asset, free, locked)
  }

  #sessionDown(keepers: AccountKeepers | undefined, nowNs: MonoNs): void {
    keepers?.reconciler.sessionDown(nowNs)
    keepers?.check.stop()
    keepers?.balances.forgetTimes()
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
    // The news that a session was lost or is back may be among them: the account itself knows.
    for (const keepers of this.#keepers) {
      this.#sessionDown(keepers, nowNs)
      if (keepers.account.isUp) keepers.reconciler.sessionUp(nowNs)
    }
  }
}
