// The exploration itself: it repeats, it finds nothing in the code as it is, and it does find what
// is wrong when something is.
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Prng } from '#core/prng.ts'
import { crashAt } from '#explore/crash-sweep.ts'
import { countCells } from '#explore/coverage.ts'
import { explore, exploreScenario } from '#explore/exploration.ts'
import { INCIDENT_KINDS, IncidentCalendar, type Incident } from '#explore/incident.ts'
import { LedgerWatch } from '#explore/ledger-watch.ts'
import { drawScenario } from '#explore/scenario.ts'
import { TroubledDisk, type Tail } from '#explore/troubled-disk.ts'
import { FillLedger, type Fill } from '#order/fill-ledger.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { monoNs, NS_PER_MS, NS_PER_S, US_PER_S } from '#core/units.ts'

const SEEDS = Array.from({ length: 12 }, (_, index) => index + 1)

afterEach(() => vi.restoreAllMocks())

describe('exploration', () => {
  it('finds every invariant kept', () => {
    const broken = SEEDS.map(explore).filter((run) => run.broken !== '')
    expect(broken.map(({ seed, broken: what }) => `${seed}: ${what}`)).toEqual([])
  })

  it('repeats to the byte: same seed, same journal, same venue', () => {
    for (const seed of SEEDS.slice(0, 4)) {
      const [one, two] = [explore(seed), explore(seed)]
      expect(one.hash).toMatch(/^[0-9a-f]{16}$/)
      expect(one.hash).toBe(two.hash)
      expect(one.venueLines).toBeGreaterThan(5)
    }
  })

  it('says which cells a seed took, each seed its own', () => {
    countCells()
    const [one, again] = [explore(1).cells, explore(1).cells]
    expect(one['order: PendingNew + Accept']).toBeGreaterThan(0)
    expect(again).toEqual(one)
  })

  it('draws tasks, deaths, bad days, people and strangers', () => {
    const scenarios = Array.from({ length: 200 }, (_, seed) => drawScenario(seed))
    const share = (is: (scenario: (typeof scenarios)[number]) => boolean): number =>
      scenarios.filter(is).length / scenarios.length
    expect(share(({ tasks }) => tasks.length > 2)).toBeGreaterThan(0.2)
    expect(share(({ deaths }) => deaths.length === 3)).toBeGreaterThan(0.3)
    expect(share(({ incidents }) => incidents.length > 0)).toBeGreaterThan(0.5)
    expect(share(({ deeds }) => deeds.length > 0)).toBeGreaterThan(0.5)
    expect(share(({ visits }) => visits.length > 0)).toBeGreaterThan(0.5)
    expect(share(({ faults }) => faults !== 'none')).toBeGreaterThan(0.5)
    const kinds = new Set(scenarios.flatMap(({ incidents }) => incidents.map(({ kind }) => kind)))
    expect([...kinds].toSorted()).toEqual([...INCIDENT_KINDS].toSorted())
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
})

describe('a death at a record', () => {
  it.each(['kept', 'lost'] as const)('ends honestly, tail %s', (tail) => {
    for (const record of [3, 20, 34]) {
      const run = crashAt({ task: 'iceberg', side: 'sell', tail, record })
      expect(run.broken).toBe('')
      expect(run.deaths).toBe(1)
    }
  })
})

describe('a clock that was set while the engine was down', () => {
  it.each([22, 16])('an hour ahead: no fill is counted again, seed %i', (seed) => {
    const scenario = drawScenario(seed)
    const downs = scenario.downs.map((down, index) => ({
      ...down,
      wallStepUs: index === 0 ? 3_600 * US_PER_S : 0,
    }))
    expect(exploreScenario({ ...scenario, downs }).broken).toBe('')
  })
})

describe('a life that leaves no record', () => {
  it('is not taken for the clean end before it', () => {
    const rich = { BTC: '10', USDT: '1000000' }
    const style = { offset_ticks: -1, reprice_interval: '100ms' }
    const run = exploreScenario({
      ...drawScenario(71),
      faults: 'none',
      tasks: [{ id: 's', account: 'seller', side: 'sell', total: '1', slice: '0.1', style }],
      balances: { seller: rich, buyer: rich },
      stopNs: 0.5 * NS_PER_S,
      deaths: [40],
      downs: [{ lastsNs: 20 * NS_PER_MS, wallStepUs: 0 }],
      tail: 'lost',
      syncNs: 3 * NS_PER_S,
      latencyNsMax: 2 * NS_PER_MS,
      incidents: [],
      deeds: [],
      visits: [],
    })
    expect(run.counts['orderly stop']).toBe(1)
    expect(run.deaths).toBe(1)
    expect(run.broken).toBe('')
  })
})

function diskWith(tail: Tail): TroubledDisk {
  const disk = new TroubledDisk(tail)
  const handle = disk.create('000001.floe')
  disk.write(handle, new Uint8Array(100), 0)
  disk.sync(handle)
  disk.write(handle, new Uint8Array(50), 100)
  return disk
}
const sizeOf = (disk: TroubledDisk): number => disk.files()[0]?.bytes.length ?? 0

describe('a troubled disk', () => {
  it.each([
    ['kept', 150, 0],
    ['lost', 100, 1],
  ] as const)('leaves a tail that is %s', (tail, size, lost) => {
    const disk = diskWith(tail)
    disk.crash(new Prng(1))
    expect(sizeOf(disk)).toBe(size)
    expect(disk.tailsLost).toBe(lost)
  })

  it('refuses as a full one does, and takes it when there is room again', () => {
    const disk = diskWith('kept')
    disk.isFull = true
    expect(() => disk.write(0, new Uint8Array(8), 150)).toThrow('ENOSPC')
    expect(disk.refusals).toBe(1)
    disk.isFull = false
    expect(disk.write(0, new Uint8Array(8), 150)).toBe(8)
  })
})

const order = (orderId: number, clientOrderId: string, account = 'seller') =>
  JSON.stringify({
    kind: 'order',
    orderId,
    account,
    symbol: 'BTC/USDT',
    clientOrderId,
    side: 1,
    type: 0,
    timeInForce: 0,
    priceUnits: 6_000_000,
    qtyUnits: 40_000,
    lock: '0.4',
    timeUs: 1,
  })
const done = (orderId: number) =>
  JSON.stringify({ kind: 'done', orderId, status: 'cancelled', timeUs: 2 })

describe('the ledger watch', () => {
  const task = { id: 'sell-1', account: 'seller', total: '1' }
  it('lets strangers come and go, and lets nobody else cancel what is theirs', () => {
    const watch = new LedgerWatch(7, [task])
    watch.append(order(1, 'web_1'))
    watch.byHand(() => watch.append(done(1)))
    expect(watch.broken).toBe('')
    watch.append(order(2, 'web_2'))
    watch.append(done(2))
    expect(watch.broken).toContain('somebody else')
  })

  it('knows every id once', () => {
    const watch = new LedgerWatch(7, [task])
    watch.append(order(1, 'web_1'))
    watch.append(order(2, 'web_1'))
    expect(watch.broken).toBe('id web_1 used twice')
  })
})

describe('incidents', () => {
  it('end early when there is to be calm, and those to come stay away', () => {
    const incidents: Incident[] = [
      { kind: 'halt', beginNs: 10, endNs: 100 },
      { kind: 'silence', beginNs: 50, endNs: 60 },
    ]
    const seen: string[] = []
    const calendar = new IncidentCalendar(incidents, ({ kind }, isOn) =>
      seen.push(`${kind} ${isOn ? 'begins' : 'ends'}`),
    )
    calendar.advance(monoNs(20))
    calendar.endAll(monoNs(20))
    calendar.advance(monoNs(200))
    expect(seen).toEqual(['halt begins', 'halt ends'])
    expect(calendar.nextNs).toBe(Infinity)
  })
})
