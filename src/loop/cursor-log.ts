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

export interface CursorJournal {
  listingCursor(body: RecordBody<'listing_cursor'>, nowNs: MonoNs): Outcome
}

export interface CursorLogOptions {
  /** Index of the account. */
  readonly account: number
  readonly owner: PastAccount
  readonly past: Pick<Past, 'exists' | 'firstWallUs' | 'cursorOf'>
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
    if (wallUs <= (this.#known.get(instrument) ?? 0)) return
    this.#known.set(instrument, wallUs)
    const { account } = this.#options
    this.#journal.listingCursor({ wallUs, account, instrument, tradeId: '' }, nowNs)
  }

  /** Cursors are in the venue's time. Without one only our own clock says when all this began. */
  #fromJournal(instrument: number): number {
    const { past, owner, wallUs } = this.#options
    if (!past.exists) return NO_CURSOR
    const cursor = past.cursorOf(owner, this.#instruments.at(instrument).symbol)
    if (cursor !== null) return cursor.wallUs
    return Math.max(0, Math.min(past.firstWallUs, wallUs) - CLOCK_MARGIN_US)
  }
}
