import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BOOK_STATE_NAMES, BookState } from '#book/book-state.ts'
import { BookSync, SNAPSHOT_ANSWER_MAX_NS, SNAPSHOT_BACKOFF_FIRST_NS } from '#book/book-sync.ts'
import { OrderBook } from '#book/order-book.ts'
import { binanceSpotSyncRule } from '#book/sync-rule.ts'
import { SyncPhase, syncTransitions } from '#book/sync-phase.ts'
import { SYNC_BUFFER_DIFFS_MAX } from '#core/limits.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, Side, type MonoNs } from '#core/units.ts'
import { DepthUpdate } from '#market/depth-update.ts'
import { depth, drawn } from './book-text.ts'

/** A book with its machine, and everything asked of the snapshot source. */
class Rig {
  readonly book = new OrderBook(3, 1)
  readonly timers = new TimerWheel(16)
  readonly requestedAtNs: number[] = []
  readonly sync = new BookSync(
    this.book,
    binanceSpotSyncRule,
    { requestSnapshot: (_instrument, nowNs) => void this.requestedAtNs.push(nowNs) },
    this.timers,
  )
  nowNs: MonoNs = monoNs(0)

  get state(): string {
    return BOOK_STATE_NAMES[this.book.state]
  }

  get requests(): number {
    return this.requestedAtNs.length
  }

  diff(first: number, last: number, drawnDiff = ''): this {
    const update = depth(drawnDiff)
    update.firstUpdateId = first
    update.lastUpdateId = last
    this.sync.onDiff(update, this.nowNs)
    return this
  }

  snapshot(id: number, drawnBook = '101 1\n---\n100 1'): this {
    const update = depth(drawnBook)
    update.lastUpdateId = id
    this.sync.onSnapshot(update, this.nowNs)
    return this
  }

  wait(ns: number): this {
    this.nowNs = monoNs(this.nowNs + ns)
    this.timers.advance(this.nowNs)
    return this
  }
}

/** A book that went live at update id 10. */
function live(): Rig {
  return new Rig().diff(1, 10).snapshot(10)
}

/** One-sided, as drawn. */
function bids(venue: ReadonlyMap<number, number>): string[] {
  const best = [...venue].toSorted(([a], [b]) => b - a)
  return ['---', ...best.map(([price, qty]) => `${price} ${qty}`)]
}

describe('joining a snapshot and diffs (Binance spot)', () => {
  it.each<[string, [number, number][], number, string, number, number]>([
    // held diffs U..u                                        L    state     dropped applied
    ['the first kept diff covers L+1', [[5, 8]], 6, 'live', 0, 1],
    [
      'the first kept diff starts at L+1',
      [
        [1, 4],
        [5, 8],
      ],
      4,
      'live',
      1,
      1,
    ],
    ['L lies at the end of a diff: it is dropped', [[5, 8]], 8, 'live', 1, 0],
    [
      'the snapshot is newer than every diff',
      [
        [5, 8],
        [9, 9],
      ],
      50,
      'live',
      2,
      0,
    ],
    [
      'a diff of one id',
      [
        [7, 7],
        [8, 8],
        [9, 9],
      ],
      8,
      'live',
      2,
      1,
    ],
    [
      'two are dropped, two applied',
      [
        [1, 2],
        [3, 4],
        [5, 6],
        [7, 9],
      ],
      4,
      'live',
      2,
      2,
    ],
    ['L is older than the first diff', [[5, 8]], 3, 'syncing', 0, 0],
    ['L is one before the first diff: fetched again', [[5, 8]], 4, 'syncing', 0, 0],
  ])('%s', (_name, held, snapshotId, state, dropped, applied) => {
    const rig = new Rig()
    for (const [first, last] of held) rig.diff(first, last)
    rig.snapshot(snapshotId)
    expect([rig.state, rig.sync.diffsDropped, rig.sync.diffsApplied]).toEqual([
      state,
      dropped,
      applied,
    ])
  })

  it('applies the held diffs on top of the snapshot, and later ones on top of those', () => {
    const rig = new Rig()
    rig.diff(1, 3, '101 9\n---').diff(4, 6, '101.50 2\n---\n100 0\n99 7')
    rig.snapshot(3, '102 4\n101 1\n---\n100 1')
    expect(drawn(rig.book)).toEqual(['102 4', '101.5 2', '101 1', '---', '99 7'])
    rig.diff(7, 7, '101 0\n---')
    expect(drawn(rig.book)).toEqual(['102 4', '101.5 2', '---', '99 7'])
    expect(rig.book.lastUpdateId).toBe(7)
  })

  it('asks only once a diff is held, and once', () => {
    const rig = new Rig()
    expect(rig.requests).toBe(0)
    rig.snapshot(10)
    expect(rig.state).toBe('syncing')
    rig.diff(1, 1).diff(2, 2).diff(3, 3)
    expect(rig.requests).toBe(1)
  })

  it('asks again with a growing pause while the snapshots are too old', () => {
    const rig = new Rig()
    rig.diff(50, 51)
    for (let i = 0; i < 4; i++) rig.snapshot(10).wait(SNAPSHOT_BACKOFF_FIRST_NS * 2 ** i)
    const pauses = rig.requestedAtNs.slice(1).map((ns, i) => ns - rig.requestedAtNs[i]!)
    expect(pauses).toEqual([1, 2, 4, 8].map((n) => n * SNAPSHOT_BACKOFF_FIRST_NS))
    expect(rig.diff(52, 52).snapshot(51).state).toBe('live')
  })

  it('repeats a request that is never answered', () => {
    const rig = new Rig()
    rig.diff(1, 1).wait(SNAPSHOT_ANSWER_MAX_NS)
    expect(rig.requests).toBe(2)
  })

  it('takes a late answer to an earlier request if it fits', () => {
    const rig = new Rig()
    rig.diff(5, 8).snapshot(1)
    expect(rig.sync.phase).toBe(SyncPhase.Backoff)
    expect(rig.snapshot(6).state).toBe('live')
    expect(rig.timers.armedCount).toBe(0)
  })

  it('begins anew when the buffer is full, and still joins', () => {
    const rig = new Rig()
    for (let id = 1; id <= SYNC_BUFFER_DIFFS_MAX + 5; id++) rig.diff(id, id)
    expect(rig.sync.overflows).toBe(1)
    expect(rig.snapshot(SYNC_BUFFER_DIFFS_MAX).state).toBe('syncing')
    expect(rig.snapshot(SYNC_BUFFER_DIFFS_MAX + 2).state).toBe('live')
  })

  it('forgets held diffs before a hole', () => {
    const rig = new Rig()
    rig.diff(1, 2).diff(5, 6)
    expect(rig.sync.gaps).toBe(1)
    expect(rig.snapshot(2).state).toBe('syncing')
    expect(rig.snapshot(5).state).toBe('live')
    expect(rig.book.lastUpdateId).toBe(6)
  })
})

describe('a live book', () => {
  it.each<[string, number, number, string, number]>([
    // a diff U..u after 10                     state   id
    ['follows', 11, 13, 'live', 13],
    ['overlaps', 9, 12, 'live', 12],
    ['repeats', 4, 10, 'live', 10],
    ['leaves a hole of one', 12, 12, 'stale', 10],
    ['jumps', 500, 600, 'stale', 10],
  ])('a diff that %s', (_name, first, last, state, id) => {
    const rig = live().diff(first, last)
    expect([rig.state, rig.book.lastUpdateId]).toEqual([state, id])
  })

  it('stays readable through a gap until the next snapshot replaces it', () => {
    const rig = live().diff(20, 20, '105 5\n---')
    expect(drawn(rig.book)).toEqual(['101 1', '---', '100 1'])
    rig.wait(SNAPSHOT_BACKOFF_FIRST_NS).snapshot(20, '205 1\n---\n204 1')
    expect([rig.state, rig.sync.gaps, rig.sync.resyncs]).toEqual(['live', 1, 1])
    expect(drawn(rig.book)).toEqual(['205 1', '---', '204 1'])
  })

  it('asks at once at a first gap after a quiet while', () => {
    const rig = live().wait(SNAPSHOT_BACKOFF_FIRST_NS).diff(20, 20)
    expect(rig.requests).toBe(2)
  })

  it('treats a crossed result as a gap, but not a crossing inside one message', () => {
    const rig = live().diff(11, 11, '101 0\n103 1\n---\n102 1')
    expect(rig.state).toBe('live')
    rig.diff(12, 12, '---\n103 1')
    expect([rig.state, rig.sync.gaps]).toEqual(['stale', 1])
  })

  it('does not come to life with a crossed snapshot', () => {
    const rig = new Rig().diff(1, 1).snapshot(1, '100 1\n---\n100 1')
    expect(rig.state).toBe('syncing')
    expect(rig.diff(2, 2).wait(SNAPSHOT_BACKOFF_FIRST_NS).snapshot(2).state).toBe('live')
  })

  it('refuses a message with an impossible price as if it were missing', () => {
    const rig = live()
    const update = new DepthUpdate()
    update.firstUpdateId = 11
    update.lastUpdateId = 11
    update.bidPrices[0] = Number.NaN
    update.bidQtys[0] = 1
    update.bidCount = 1
    rig.sync.onDiff(update, rig.nowNs)
    expect(rig.state).toBe('stale')
  })

  it('resyncs on a new connection, whose ids may begin lower', () => {
    const rig = live()
    rig.sync.onFeedLost()
    expect(rig.state).toBe('stale')
    expect(rig.diff(2, 3).snapshot(3, '201 1\n---\n200 1').state).toBe('live')
    expect(rig.book.lastUpdateId).toBe(3)
  })
})

describe('whatever the stream loses, repeats or reorders', () => {
  /** The venue's own book: one side is enough, a level a diff. */
  const change = fc.tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 3 }))
  const fault = fc.oneof(
    { arbitrary: fc.constant('none' as const), weight: 8 },
    fc.constantFrom('drop' as const, 'twice' as const, 'late' as const, 'lost' as const),
  )

  it('a live book is the book of the venue at its update id', () => {
    const script = fc.array(fc.tuple(change, fault, fc.boolean()), { maxLength: 120 })
    fc.assert(
      fc.property(script, (steps) => {
        const rig = new Rig()
        const books: string[][] = [['---']]
        const venue = new Map<number, number>()
        let late: [number, string] | null = null
        for (const [index, [[price, qty], kind, doesAnswer]] of steps.entries()) {
          const id = index + 1
          if (qty === 0) venue.delete(price)
          else venue.set(price, qty)
          books.push(bids(venue))
          const text = `---\n${price} ${qty}`
          if (kind === 'late') late = [id, text]
          else if (kind === 'lost') rig.sync.onFeedLost()
          else if (kind !== 'drop') rig.diff(id, id, text)
          if (kind === 'twice') rig.diff(id, id, text)
          if (kind === 'none' && late) {
            rig.diff(late[0], late[0], late[1])
            late = null
          }
          if (doesAnswer) rig.snapshot(id, books[id]!.join('\n'))
          rig.wait(50_000_000)
          if (rig.book.state === BookState.Live) {
            expect(drawn(rig.book)).toEqual(books[rig.book.lastUpdateId])
          }
        }
      }),
      { numRuns: 400 },
    )
  })

  it('gets live again once the stream is whole', () => {
    const gaps = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 30 })
    fc.assert(
      fc.property(gaps, (jumps) => {
        const rig = new Rig()
        let id = 0
        for (const jump of jumps) rig.diff((id += jump), id)
        for (let i = 0; i < 3; i++) {
          id++
          rig.diff(id, id).wait(31_000_000_000).snapshot(id)
        }
        expect(rig.state).toBe('live')
      }),
    )
  })
})

describe('the sync table', () => {
  it('reads as reviewed', () => {
    expect(syncTransitions.matrix().split('\n')).toEqual([
      'AwaitDiff: Request→Requested · Defer→Backoff · Restart→AwaitDiff',
      'Requested: Request→Requested · Defer→Backoff · Join→Live · Restart→AwaitDiff',
      'Backoff: Request→Requested · Defer→Backoff · Join→Live · Restart→AwaitDiff',
      'Live: Request→Requested · Defer→Backoff · Restart→AwaitDiff',
    ])
  })

  it('never leaves a side out of the drawing', () => {
    const rig = new Rig().diff(1, 1).snapshot(1, '102 1\n101 1\n---\n100 1\n99 1')
    expect([Side.Buy, Side.Sell].map((side) => rig.book.ladder(side).levelCount)).toEqual([2, 2])
  })
})
