// What a market feed says, as calls with numbers. Venues know this port and not the books.
// Every method is called from a socket callback: it stores, marks dirty and returns.
import type { MonoNs, PriceUnits, QtyUnits, Side } from '#core/units.ts'
import type { DepthUpdate } from './depth-update.ts'

export interface MarketSink {
  /** A depth diff; `update` is the feed's own and is reused after the call. */
  onDepthDiff(instrument: number, update: DepthUpdate, nowNs: MonoNs): void
  /** A full snapshot that the diffs bridge to. */
  onDepthSnapshot(instrument: number, update: DepthUpdate, nowNs: MonoNs): void
  onTicker(
    instrument: number,
    updateId: number,
    bidPrice: PriceUnits,
    bidQty: QtyUnits,
    askPrice: PriceUnits,
    askQty: QtyUnits,
    nowNs: MonoNs,
  ): void
  /** A public trade; `aggressor` is the side that crossed. */
  onTrade(
    instrument: number,
    tradeId: number,
    price: PriceUnits,
    qty: QtyUnits,
    aggressor: Side,
    venueTimeUs: number,
    nowNs: MonoNs,
  ): void
  /** Proof that the instrument's streams are alive without news (pong, heartbeat): H14. */
  onProofOfLife(instrument: number, nowNs: MonoNs): void
  /** The stream was lost or its content could not be trusted: the book is stale until resynced. */
  onFeedLost(instrument: number, nowNs: MonoNs): void
}

/** What a book asks of its feed: a fresh snapshot, after a gap or at the start. */
export interface SnapshotSource {
  requestSnapshot(instrument: number, nowNs: MonoNs): void
}
