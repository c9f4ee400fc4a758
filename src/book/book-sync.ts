// Hot path.
// Brings one book from nothing, or from a gap, to Live: collects diffs, asks for a snapshot, joins
// the two by the venue's rule, then watches that no diff is missing. The phases are sync-phase.ts.
//
// One request is in flight; requests are spaced by a backoff that a steady run forgets, and one
// that is never answered is repeated by a timer. The old depth stays readable until a snapshot
// replaces it. It deliberately marks nothing dirty: book-cache.ts does, from what is returned here.
import { assert } from '#core/assert.ts'
import { NO_TIMER, type TimerHandle, type TimerTarget, type TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S, Side, type MonoNs } from '#core/units.ts'
import type { DepthUpdate } from '#market/depth-update.ts'
import type { SnapshotSource } from '#market/market-sink.ts'
import { BookEvent } from './book-state.ts'
import { DiffBuffer } from './diff-buffer.ts'
import type { OrderBook } from './order-book.ts'
import { SyncEvent, SyncPhase, syncTransitions } from './sync-phase.ts'
import type { SyncRule } from './sync-rule.ts'

/** Spacing of snapshot requests: doubled with each, forgotten after a steady Live run. */
export const SNAPSHOT_BACKOFF_FIRST_NS = 250 * NS_PER_MS
export const SNAPSHOT_BACKOFF_MAX_NS = 30 * NS_PER_S
/** A request without an answer is repeated after this. */
export const SNAPSHOT_ANSWER_MAX_NS = 10 * NS_PER_S
/** Live for this long: the next gap is answered without delay. */
export const SYNC_STEADY_NS = 30 * NS_PER_S

const BACKOFF_DOUBLINGS_MAX = 10

export class BookSync implements TimerTarget {
  /** Diffs that held nothing new: older than the snapshot, or seen before. */
  diffsDropped = 0
  diffsApplied = 0
  /** Holes in the stream of diffs, crossed results included. */
  gaps = 0
  /** Times the book became Live again after having been so. */
  resyncs = 0
  snapshotsRequested = 0
  /** Collections begun anew because the buffer was full. */
  overflows = 0

  readonly #book: OrderBook
  readonly #rule: SyncRule
  readonly #source: SnapshotSource
  readonly #timers: TimerWheel
  readonly #buffer = new DiffBuffer()
  #phase: SyncPhase = SyncPhase.AwaitDiff
  #timer: TimerHandle = NO_TIMER
  #attempts = 0
  #requestedNs = 0
  #liveSinceNs = 0
  #wasLive = false
  /** The next diff is the first after a snapshot: a laxer question than "does it follow". */
  #isFirstAfterSnapshot = false

  constructor(book: OrderBook, rule: SyncRule, source: SnapshotSource, timers: TimerWheel) {
    this.#book = book
    this.#rule = rule
    this.#source = source
    this.#timers = timers
  }

  get phase(): SyncPhase {
    return this.#phase
  }

  /** True when the book's content or state changed. */
  onDiff(update: DepthUpdate, nowNs: MonoNs): boolean {
    if (this.#phase !== SyncPhase.Live) {
      this.#collect(update)
      if (this.#phase === SyncPhase.AwaitDiff) this.#request(nowNs)
      return false
    }
    const book = this.#book
    if (this.#rule.isObsolete(book.lastUpdateId, update.lastUpdateId)) {
      this.diffsDropped++
      return false
    }
    if (!this.#fits(update.firstUpdateId, update.lastUpdateId, update.previousUpdateId)) {
      this.#onGap()
      this.#collect(update)
      this.#request(nowNs)
      return true
    }
    const bidsSound = book.setLevels(Side.Buy, update.bidPrices, update.bidQtys, 0, update.bidCount)
    const asksSound = book.setLevels(
      Side.Sell,
      update.askPrices,
      update.askQtys,
      0,
      update.askCount,
    )
    this.#applied(update.lastUpdateId)
    if (!bidsSound || !asksSound || book.isCrossed()) {
      this.#onGap()
      this.#enter(SyncEvent.Restart)
    }
    return true
  }

  /** True when the book's content or state changed. A snapshot nobody waits for is ignored. */
  onSnapshot(snapshot: DepthUpdate, nowNs: MonoNs): boolean {
    const isAwaited = this.#phase === SyncPhase.Requested || this.#phase === SyncPhase.Backoff
    if (!isAwaited || this.#buffer.count === 0) return false
    const kept = this.#firstKept(snapshot.lastUpdateId)
    if (kept < 0) {
      this.#request(nowNs)
      return false
    }
    const isSound = this.#load(snapshot) && this.#replay(kept)
    this.#buffer.clear()
    if (isSound && !this.#book.isCrossed()) {
      this.#goLive(nowNs)
    } else {
      this.#onGap()
      this.#enter(SyncEvent.Restart)
    }
    return true
  }

  /** True when the book's state changed. Update ids of the next connection start anew. */
  onFeedLost(): boolean {
    const before = this.#book.state
    this.#book.enter(BookEvent.FeedLost)
    this.#book.forgetUpdateIds()
    this.#buffer.clear()
    this.#attempts = 0
    this.#disarm()
    this.#enter(SyncEvent.Restart)
    return this.#book.state !== before
  }

  onTimer(_token: number, nowNs: MonoNs): void {
    this.#timer = NO_TIMER
    this.#request(nowNs)
  }

  #fits(firstUpdateId: number, lastUpdateId: number, previousUpdateId: number): boolean {
    const bookId = this.#book.lastUpdateId
    return this.#isFirstAfterSnapshot
      ? this.#rule.bridges(bookId, firstUpdateId, lastUpdateId, previousUpdateId)
      : this.#rule.follows(bookId, firstUpdateId, previousUpdateId)
  }

  /** Holds a diff; a hole among the held ones makes those before it worthless. */
  #collect(update: DepthUpdate): void {
    const buffer = this.#buffer
    if (buffer.count > 0) {
      const lastId = buffer.lastUpdateIds[buffer.count - 1]!
      if (this.#rule.isObsolete(lastId, update.lastUpdateId)) {
        this.diffsDropped++
        return
      }
      if (!this.#rule.follows(lastId, update.firstUpdateId, update.previousUpdateId)) {
        this.gaps++
        buffer.clear()
      }
    }
    if (buffer.push(update)) return
    this.overflows++
    buffer.clear()
    const fits = buffer.push(update)
    assert(fits, 'an empty buffer holds any diff')
  }

  /** Index of the first held diff that is newer than the snapshot, or −1 when they do not join. */
  #firstKept(snapshotId: number): number {
    const buffer = this.#buffer
    const rule = this.#rule
    if (rule.isSnapshotTooOld(snapshotId, buffer.firstUpdateIds[0]!)) return -1
    let kept = 0
    while (kept < buffer.count && rule.isObsolete(snapshotId, buffer.lastUpdateIds[kept]!)) kept++
    if (kept === buffer.count) return kept
    const joins = rule.bridges(
      snapshotId,
      buffer.firstUpdateIds[kept]!,
      buffer.lastUpdateIds[kept]!,
      buffer.previousUpdateIds[kept]!,
    )
    return joins ? kept : -1
  }

  #load(snapshot: DepthUpdate): boolean {
    const book = this.#book
    book.clearLevels()
    book.lastUpdateId = snapshot.lastUpdateId
    this.#isFirstAfterSnapshot = true
    const { bidPrices, bidQtys, bidCount, askPrices, askQtys, askCount } = snapshot
    const bidsSound = book.setLevels(Side.Buy, bidPrices, bidQtys, 0, bidCount)
    return book.setLevels(Side.Sell, askPrices, askQtys, 0, askCount) && bidsSound
  }

  #replay(kept: number): boolean {
    const buffer = this.#buffer
    this.diffsDropped += kept
    let isSound = true
    for (let diff = kept; diff < buffer.count; diff++) {
      const bidEnd = buffer.bidEnd(diff)
      const askEnd = buffer.askEnd(diff)
      const { prices, qtys } = buffer
      if (!this.#book.setLevels(Side.Buy, prices, qtys, buffer.bidStart(diff), bidEnd)) {
        isSound = false
      }
      if (!this.#book.setLevels(Side.Sell, prices, qtys, bidEnd, askEnd)) isSound = false
      this.#applied(buffer.lastUpdateIds[diff]!)
    }
    return isSound
  }

  #applied(lastUpdateId: number): void {
    this.#book.lastUpdateId = lastUpdateId
    this.#isFirstAfterSnapshot = false
    this.diffsApplied++
  }

  #goLive(nowNs: MonoNs): void {
    this.#disarm()
    this.#enter(SyncEvent.Join)
    this.#book.enter(BookEvent.Bridged)
    this.#liveSinceNs = nowNs
    if (this.#wasLive) this.resyncs++
    this.#wasLive = true
  }

  #onGap(): void {
    this.gaps++
    this.#book.enter(BookEvent.Gap)
    this.#buffer.clear()
    this.#disarm()
  }

  /** Asks for a snapshot, now or when the backoff allows. */
  #request(nowNs: MonoNs): void {
    this.#disarm()
    const isSteady = this.#phase === SyncPhase.Live && nowNs - this.#liveSinceNs >= SYNC_STEADY_NS
    if (isSteady) this.#attempts = 0
    const dueNs = this.#attempts === 0 ? nowNs : this.#requestedNs + this.#backoffNs()
    if (nowNs < dueNs) {
      this.#enter(SyncEvent.Defer)
      this.#timer = this.#timers.arm(this, 0, monoNs(dueNs))
      return
    }
    this.#attempts++
    this.#requestedNs = nowNs
    this.snapshotsRequested++
    this.#enter(SyncEvent.Request)
    this.#timer = this.#timers.arm(this, 0, monoNs(nowNs + SNAPSHOT_ANSWER_MAX_NS))
    this.#source.requestSnapshot(this.#book.instrument, nowNs)
  }

  #backoffNs(): number {
    const doublings = Math.min(this.#attempts - 1, BACKOFF_DOUBLINGS_MAX)
    return Math.min(SNAPSHOT_BACKOFF_FIRST_NS * 2 ** doublings, SNAPSHOT_BACKOFF_MAX_NS)
  }

  #enter(event: SyncEvent): void {
    const next = syncTransitions.next(this.#phase, event)
    assert(next >= 0, 'the sync table covers what the machine does')
    this.#phase = next as SyncPhase
  }

  #disarm(): void {
    this.#timers.cancel(this.#timer)
    this.#timer = NO_TIMER
  }
}
