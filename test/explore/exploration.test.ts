// The exploration itself: it repeats, it finds nothing in the code as it is, and it does find what
// is wrong when something is.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { explore } from '#explore/exploration.ts'
import { FillLedger, type Fill } from '#order/fill-ledger.ts'
import { Reconciler } from '#loop/reconciler.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { drawScenario } from '#explore/scenario.ts'

const SEEDS = Array.from({ length: 16 }, (_, index) => index + 1)

afterEach(() => vi.restoreAllMocks())

describe('exploration', () => {
  it('finds every invariant kept', () => {
    const broken = SEEDS.map(explore).filter((run) => run.broken !== '')
    expect(broken).toEqual([])
  })

  it('repeats to the byte: same seed, same journal, same venue', () => {
    for (const seed of SEEDS.slice(0, 4)) {
      const [one, two] = [explore(seed), explore(seed)]
      expect(one.hash).toBe(two.hash)
      expect(one.venueLines).toBeGreaterThan(5)
    }
  })

  it('draws deaths, disconnects, pauses and bad days', () => {
    const scenarios = Array.from({ length: 100 }, (_, seed) => drawScenario(seed))
    expect(scenarios.filter(({ deaths }) => deaths.length > 0).length).toBeGreaterThan(50)
    expect(scenarios.filter(({ incidents }) => incidents.length > 0).length).toBeGreaterThan(50)
    expect(scenarios.filter(({ deeds }) => deeds.length > 0).length).toBeGreaterThan(50)
    expect(scenarios.filter(({ faults }) => faults !== 'none').length).toBeGreaterThan(50)
  })
})

/** The first seed that notices, or −1. */
function foundWithin(seeds: number): number {
  for (let seed = 1; seed <= seeds; seed++) if (explore(seed).broken !== '') return seed
  return -1
}

describe('exploration notices', () => {
  it('a fill that is counted twice', () => {
    const book = vi.spyOn(FillLedger.prototype, 'book')
    book.mockImplementation(function countTwice(this: FillLedger, fill: Fill) {
      const totals = this.totals(fill.task)
      totals.qtyUnits += fill.qtyUnits
      totals.notionalUnits += BigInt(fill.priceUnits) * BigInt(fill.qtyUnits)
      totals.count++
      return true
    })
    expect(foundWithin(20)).toBeGreaterThan(0)
  })

  it('a working order that is left out of the sum', () => {
    vi.spyOn(LiveOrders.prototype, 'exposureOfTask').mockReturnValue(0)
    vi.spyOn(LiveOrders.prototype, 'firstOfTask').mockReturnValue(-1)
    expect(foundWithin(20)).toBeGreaterThan(0)
  })

  it('a task that ends before the past is known', () => {
    vi.spyOn(Reconciler.prototype, 'isPastKnown', 'get').mockReturnValue(true)
    expect(explore(340).broken).toContain('sell-1: says 0.15656 filled')
  })
})
