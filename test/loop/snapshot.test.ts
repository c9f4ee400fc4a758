// A snapshot says what the journal said that it replaces: now, and whatever comes after it.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { compactSegments } from '#journal/compaction.ts'
import { readSegments, type JournalHistory } from '#journal/reader.ts'
import { Past } from '#loop/past.ts'
import { restorePast } from '#loop/restore.ts'
import { Retention } from '#loop/retention.ts'
import { snapshotOf, snapshotOfPast } from '#loop/snapshot.ts'
import type { VenueRoster } from '#loop/venue-roster.ts'
import { InstrumentTable, type InstrumentFacts } from '#market/instrument.ts'
import { feesText, FillLedger } from '#order/fill-ledger.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { WrittenJournal } from '../journal/written-journal.ts'
import { RandomPast } from './random-past.ts'

const NAMES = ['main', 'second']

/** The same random past twice: left whole, and with snapshots where `isSnapshot` says. */
function twice(seed: number, steps: number, snapshotsAt: ReadonlySet<number>) {
  const whole = new WrittenJournal()
  const compacted = new WrittenJournal()
  const past = new RandomPast(seed, whole)
  const same = new RandomPast(seed, compacted)
  for (let step = 0; step < steps; step++) {
    past.step()
    same.step()
    if (!snapshotsAt.has(step)) continue
    compacted.flush()
    const files = compacted.disk.files()
    expect(compactSegments(compacted.disk, files, readSegments(files), snapshotOf)).not.toBeNull()
    compacted.roll()
  }
  whole.flush()
  compacted.flush()
  return {
    whole: readSegments(whole.disk.files()),
    compacted: readSegments(compacted.disk.files()),
    nowNs: past.nowNs,
    wallUs: past.wallUs,
  }
}

function fillsOf(past: Past): number {
  const counts = [...past.forgotten.totals.values()].map(({ count }) => count)
  return counts.reduce((sum, count) => sum + count, past.fills.length)
}

function signs({ lastSequence, endedClean, incarnationFirst }: JournalHistory) {
  return { lastSequence, endedClean, incarnationFirst }
}

const nothing = (): void => {}
const taskOf = (task: number): number => task

/** What a start with these facts has in its tables. */
function restored(past: Past, facts: readonly InstrumentFacts[], wallUs: number): string {
  const instruments = new InstrumentTable()
  for (const fact of facts) instruments.put(fact)
  const orders = new OrderTable(4_096)
  const live = new LiveOrders(orders)
  const fills = new FillLedger()
  const positions = new PositionLedger()
  const listener = {
    onOrderChanged: nothing,
    onFill: nothing,
    onNeedsQuery: nothing,
    onOwedFills: nothing,
    onAdopted: nothing,
    onAnomaly: nothing,
    onUnmatchedFill: nothing,
  }
  const tables = { orders, live, fills, positions }
  const truth = new OrderTruth({ ...tables, instance: 1, taskOf, listener })
  const roster = {
    accountIndex: (account: { readonly name: string }) => NAMES.indexOf(account.name),
  } as unknown as VenueRoster
  const retention = new Retention(orders, live)
  restorePast(past, { ...tables, instruments, truth, retention, roster }, monoNs(1e15), wallUs)
  const rows = [...past.orders.values()].map(({ created: { clientIdHi: hi, clientIdLo: lo } }) => {
    const order = orders.find(hi, lo)
    const booked = fills.qtyOfOrder(hi, lo)
    if (order < 0) return `${hi}:${lo} is gone, ${booked}`
    const figures = [orders.state(order), orders.filledUnits(order), orders.cumQtyUnits(order)]
    return [hi, lo, orders.task(order), ...figures, orders.createdNs(order), booked].join(' ')
  })
  const totals = [...past.tasks.keys()].map((task) => {
    const sums = fills.totals(task)
    const fees = JSON.stringify(feesText(sums))
    return [task, sums.qtyUnits, sums.notionalUnits, sums.count, fees].join(' ')
  })
  const nets = [0, 1].map((account) => facts.map((_, i) => positions.netUnits(account, i)))
  return JSON.stringify({ live: live.count, rows: rows.toSorted(), totals, nets })
}

describe('a snapshot', () => {
  it('and what follows it fold into what the whole journal folds into', () => {
    const points = fc.array(fc.nat(250), { minLength: 1, maxLength: 4 })
    const cases = fc.tuple(fc.nat(1_000_000), fc.integer({ min: 20, max: 250 }), points)
    let sumsSeen = 0
    fc.assert(
      fc.property(cases, ([seed, steps, at]) => {
        const { whole, compacted, wallUs } = twice(seed, steps, new Set(at))
        const [expected, actual] = [new Past(whole), new Past(compacted)]
        expect(signs(compacted)).toEqual(signs(whole))
        expect(Math.abs(compacted.lastWallUs - whole.lastWallUs)).toBeLessThanOrEqual(2)
        expect(snapshotOfPast(actual)).toEqual(snapshotOfPast(expected))
        expect(actual.firstWallUs).toBe(expected.firstWallUs)
        const facts = [...expected.life.instruments.values()]
        expect(restored(actual, facts, wallUs)).toBe(restored(expected, facts, wallUs))
        sumsSeen += expected.forgotten.totals.size
      }),
      { numRuns: 100 },
    )
    // Else nothing was ever forgotten, and nothing shown.
    expect(sumsSeen).toBeGreaterThan(20)
  })

  it('counts every fill once, whatever was forgotten', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { compacted, whole } = twice(seed, 300, new Set([60, 120, 180, 240]))
      const journalled = [...whole.records()].filter(({ kind }) => kind === 'fill').length
      const [left, right] = [fillsOf(new Past(compacted)), fillsOf(new Past(whole))]
      expect(left).toBe(right)
      expect(left).toBeLessThanOrEqual(journalled)
    }
  })

  it('is smaller than what it stands for once that is old', () => {
    const { whole, compacted } = twice(7, 4_000, new Set([3_999]))
    expect(compacted.recordCount).toBeLessThan(whole.recordCount / 2)
  })

  it('of nothing is none', () => {
    expect(snapshotOf(readSegments([]))).toBeNull()
  })
})
