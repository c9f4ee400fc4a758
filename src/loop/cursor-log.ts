// From when on a restart has to list: per instrument of an account, the venue time up to which all
// is known. It is durable, moves only forwards, and only when the venue has been asked; how old the
// journal is does not matter.
import type { Outcome } from '#core/outcome.ts'
import { US_PER_S, type MonoNs } from '#core/units.ts'
import type { RecordBody } from '#journal/record-layout.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import type { PastAccount } from './past-facts.ts'
import type { Past } from './past.ts'
import { NO_CURSOR } from './reconciler.ts'

/** How far our own clock may have been from the venue's when the journal began. */
const CLOCK_MARGIN_US = 86_400 * US_PER_S
/** Less than any order is remembered after its end. */
const REMEMBERED_US = 15 * 60 * US_PER_S

export interface CursorJournal {
  listingCursor(body: RecordBody<'listing_cursor'>, nowNs: MonoNs): Outcome
}

export interface CursorLogOptions {
  /** Index of the account. */
  readonly account: number
  readonly owner: PastAccount
  readonly past: Pick<
    Past,
    'exists' | 'firstWallUs' | 'lastWallUs' | 'cursorOf' | 'orders' | 'forgotten'
  >
  /** Now. */
  readonly wallUs: number
}

export class CursorLog {
  readonly #journal: CursorJournal
  readonly #instruments: InstrumentTable
  readonly #options: CursorLogOptions
  readonly #known = new Map<number, number>()

  constructor(journal: CursorJournal, instruments: InstrumentTable, options: CursorLogOptions) {
    this.#journal = journal
    this.#instruments = instruments
    this.#options = options
  }

  /** NO_CURSOR without a past: nothing of ours can be there. */
  us(instrument: number): number {
    return this.#known.get(instrument) ?? this.#fromJournal(instrument)
  }

  /** Everything of the instrument up to this venue time is in the tables and in the journal. */
  known(instrument: number, wallUs: number, nowNs: MonoNs): void {
    if (wallUs <= (this.#known.get(instrument) ?? this.#journalledUs(instrument))) return
    this.#known.set(instrument, wallUs)
    const { account } = this.#options
    this.#journal.listingCursor({ wallUs, account, instrument, tradeId: '' }, nowNs)
  }

  #journalledUs(instrument: number): number {
    const { past, owner } = this.#options
    return past.cursorOf(owner, this.#instruments.at(instrument).symbol)?.wallUs ?? NO_CURSOR
  }

  /** Cursors are in the venue's time. Without one only our own clock says when all this began. */
  #fromJournal(instrument: number): number {
    const { past, wallUs } = this.#options
    if (!past.exists) return NO_CURSOR
    const { symbol } = this.#instruments.at(instrument)
    const cursorUs = this.#journalledUs(instrument)
    if (cursorUs !== NO_CURSOR) return cursorUs
    if (this.#isFollowed(symbol)) return Math.min(past.lastWallUs, wallUs) - REMEMBERED_US
    return Math.max(0, Math.min(past.firstWallUs, wallUs) - CLOCK_MARGIN_US)
  }

  /**
   * A journal that traded for long without a cursor was written by a version that had none: it was
   * followed until its end, and its oldest orders are forgotten. Listing those would adopt them.
   */
  #isFollowed(symbol: string): boolean {
    const { past, owner } = this.#options
    if (past.lastWallUs - past.firstWallUs < REMEMBERED_US) return false
    for (const { account, instrument } of past.orders.values()) {
      const isHere = account.market === owner.market && account.name === owner.name
      if (isHere && instrument.symbol === symbol) return true
    }
    return past.forgotten.positions.has(`${owner.market} ${owner.name} ${symbol}`)
  }
}
