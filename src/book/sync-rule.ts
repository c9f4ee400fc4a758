// How a venue's diffs join its snapshot, as questions about update ids. A further venue is a
// further rule; the machine that asks them is book-sync.ts.

import { EngineError } from '#core/engine-error.ts'

export interface SyncRule {
  readonly name: string
  /** The snapshot is older than the first diff we hold: something between them may be missing. */
  isSnapshotTooOld(snapshotId: number, firstUpdateId: number): boolean
  /** A book at `bookId` already contains everything of a diff that ends with `lastUpdateId`. */
  isObsolete(bookId: number, lastUpdateId: number): boolean
  /** The first diff applied to a fresh snapshot leaves no hole. */
  bridges(
    snapshotId: number,
    firstUpdateId: number,
    lastUpdateId: number,
    previous: number,
  ): boolean
  /** A diff that is not obsolete leaves no hole after `bookId`. */
  follows(bookId: number, firstUpdateId: number, previousUpdateId: number): boolean
}

/**
 * Binance spot. U, u = first and last id of a diff, L = id of the snapshot, cur = id of the book.
 * Source: Binance spot "How to manage a local order book correctly", text of 2025-11-12.
 *   1. L < first U: fetch the snapshot again.      2. Drop diffs with u ≤ L.
 *   3. The first kept diff has U ≤ L+1 ≤ u.        4. Then U > cur+1 is a gap, u ≤ cur is old.
 * The published text of step 3 asks for L in [U, u]; real streams start with U = L+1.
 */
export const binanceSpotSyncRule: SyncRule = {
  name: 'binance_spot',
  isSnapshotTooOld: (snapshotId, firstUpdateId) => snapshotId < firstUpdateId,
  isObsolete: (bookId, lastUpdateId) => lastUpdateId <= bookId,
  bridges: (snapshotId, firstUpdateId, lastUpdateId) =>
    firstUpdateId <= snapshotId + 1 && snapshotId + 1 <= lastUpdateId,
  follows: (bookId, firstUpdateId) => firstUpdateId <= bookId + 1,
}

const SYNC_RULES: Readonly<Record<string, SyncRule>> = { binance_spot: binanceSpotSyncRule }

/** The rule of a venue market. @throws EngineError `no_sync_rule`. */
export function syncRuleOf(market: string): SyncRule {
  const rule = SYNC_RULES[market]
  if (rule !== undefined) return rule
  throw new EngineError('no_sync_rule', `no rule joins the diffs of ${market} with a snapshot`)
}
