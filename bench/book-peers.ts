// The price ladder beside other programs' order books, and beside itself a hundred times deeper.
// Every book has the same levels and gets the same changes, in messages of some levels each, after
// which its best bid is read. ccxt's handler calls `store` for each level, as here; its `limit`,
// once a read, has nothing to cut off since no change reaches beyond the depth.
import { Bench } from 'tinybench'
import { PriceLadder } from '#book/price-ladder.ts'
import { Prng } from '#core/prng.ts'
import { Side } from '#core/units.ts'
import { runCases, type BenchCase } from '../native-free-bench/harness.ts'
import {
  measured,
  type BenchOptions,
  type Measurement,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { arePeersInstalled } from './peers/installed.ts'
import type { TardisBookChange, TardisLevel } from './peers/tardis-order-book.ts'

const NAME = 'book-peers'
const CHANGES = 1_024
/** What a busy venue sends of one side in 100 ms. */
const LEVELS_PER_MESSAGE = 16
const MID_TICKS = 4_325_000
const TICKS_PER_UNIT = 100
const LOTS_PER_UNIT = 100_000
const FIRST_QTY_LOTS = 5
const CCXT_GOALS = [
  { depth: 50, goal: 6 },
  { depth: 200, goal: 10 },
  { depth: 1_000, goal: 20 },
  { depth: 5_000, goal: null },
]
const TARDIS_DEPTH = 50
const TARDIS_GOAL = 8
const FLATNESS = { shallow: 50, deep: 5_000, goal: 1.5 }

/** Whatever was read: work without a reader may be dropped by the compiler. */
const seen = { sum: 0 }

export const bookPeersSuite: Suite = {
  name: NAME,
  measure: async (options) => {
    if (!NAME.includes(options.only)) return []
    const flatness = await flatnessLine(options)
    if (!arePeersInstalled(NAME, 'ccxt', 'tardis-dev')) return [flatness]
    const cases = [...(await ccxtCases()), ...(await tardisCases())]
    return [flatness, ...(await runCases(cases, { ...options, only: '' }))]
  },
}

/** Changes of one side, level by level; a quantity of 0 deletes. */
interface Changes {
  readonly ticks: Float64Array
  readonly lots: Float64Array
}

/** Most changes happen near the touch; a fifth of them delete a level. */
function changesOf(depth: number): Changes {
  const prng = new Prng(depth)
  const ticks = new Float64Array(CHANGES)
  const lots = new Float64Array(CHANGES)
  for (let i = 0; i < CHANGES; i++) {
    ticks[i] = MID_TICKS - Math.floor(depth * prng.nextFraction() ** 3)
    lots[i] = prng.chance(0.2) ? 0 : prng.nextInteger(1, 1_000_000)
  }
  return { ticks, lots }
}

function updateLadder(ladder: PriceLadder, changes: Changes, levelsPerMessage: number): void {
  const { ticks, lots } = changes
  for (let at = 0; at < CHANGES;) {
    const end = at + levelsPerMessage
    for (; at < end; at++) ladder.set(ticks[at]!, lots[at]!)
    seen.sum += ladder.bestPrice
  }
}

function ladderOf(depth: number): PriceLadder {
  const ladder = new PriceLadder(Side.Buy, 1)
  for (let level = 0; level < depth; level++) ladder.set(MID_TICKS - level, FIRST_QTY_LOTS)
  return ladder
}

async function ccxtCases(): Promise<BenchCase[]> {
  const { ccxtBinance } = await import('./peers/ccxt-binance.ts')
  const binance = ccxtBinance()
  return CCXT_GOALS.map(({ depth, goal }) => {
    const changes = changesOf(depth)
    const ladder = ladderOf(depth)
    const prices = changes.ticks.map((ticks) => ticks / TICKS_PER_UNIT)
    const sizes = changes.lots.map((lots) => lots / LOTS_PER_UNIT)
    const { bids } = binance.orderBook()
    for (let level = 0; level < depth; level++) {
      bids.store((MID_TICKS - level) / TICKS_PER_UNIT, FIRST_QTY_LOTS / LOTS_PER_UNIT)
    }
    const ours = (): void => updateLadder(ladder, changes, LEVELS_PER_MESSAGE)
    const theirs = (): void => {
      for (let at = 0; at < CHANGES;) {
        const end = at + LEVELS_PER_MESSAGE
        for (; at < end; at++) bids.store(prices[at]!, sizes[at]!)
        seen.sum += bids[0]![0]
      }
    }
    ours()
    theirs()
    if (ladder.levelCount !== bids.length) throw new Error('the books do not agree')
    return bookCase(`book level update, depth ${depth}`, 'ccxt', goal, ours, theirs)
  })
}

/** Reading its best costs tardis-dev an iterator, so that it counts how often that is done. */
async function tardisCases(): Promise<BenchCase[]> {
  const { tardisOrderBook } = await import('./peers/tardis-order-book.ts')
  return [1, LEVELS_PER_MESSAGE].map((levelsPerMessage) => {
    const changes = changesOf(TARDIS_DEPTH)
    const ladder = ladderOf(TARDIS_DEPTH)
    const book = tardisOrderBook()
    const bids = Array.from({ length: TARDIS_DEPTH }, (_, i) =>
      tardisLevel(MID_TICKS - i, FIRST_QTY_LOTS),
    )
    book.update({ isSnapshot: true, bids, asks: [] })
    const messages = tardisMessages(changes, levelsPerMessage)
    const ours = (): void => updateLadder(ladder, changes, levelsPerMessage)
    const theirs = (): void => {
      for (const message of messages) {
        book.update(message)
        seen.sum += book.bestBid()!.price
      }
    }
    ours()
    theirs()
    if (ladder.bestPrice !== Math.round(book.bestBid()!.price * TICKS_PER_UNIT)) {
      throw new Error('the books do not agree')
    }
    const name = `book level update, depth ${TARDIS_DEPTH}, ${levelsPerMessage} a message`
    return bookCase(name, 'tardis-dev', TARDIS_GOAL, ours, theirs)
  })
}

function tardisMessages({ ticks, lots }: Changes, levelsPerMessage: number): TardisBookChange[] {
  const levels = Array.from(ticks, (tick, i) => tardisLevel(tick, lots[i]!))
  return Array.from({ length: CHANGES / levelsPerMessage }, (_, message) => {
    const at = message * levelsPerMessage
    return { isSnapshot: false, bids: levels.slice(at, at + levelsPerMessage), asks: [] }
  })
}

function tardisLevel(ticks: number, lots: number): TardisLevel {
  return { price: ticks / TICKS_PER_UNIT, amount: lots / LOTS_PER_UNIT }
}

function bookCase(
  name: string,
  peer: string,
  goal: number | null,
  ours: () => void,
  theirs: () => void,
): BenchCase {
  return { row: '6', name, peer, goal, opsPerCall: CHANGES, ours, theirs }
}

/** One ladder's cost at the largest depth over its cost at the smallest. */
async function flatnessLine({ rounds, timeMs }: BenchOptions): Promise<Measurement> {
  const { shallow, deep, goal } = FLATNESS
  const sides = [deep, shallow].map((depth) => {
    const changes = changesOf(depth)
    const ladder = ladderOf(depth)
    return { run: () => updateLadder(ladder, changes, LEVELS_PER_MESSAGE), ns: [] as number[] }
  })
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed()) {
      side.ns.push((await medianNs(side.run, timeMs)) / CHANGES)
    }
  }
  const [ours, theirs] = sides
  const measurement = measured(
    {
      row: '6',
      name: `book level update, depth ${deep}`,
      against: `itself at depth ${shallow}`,
      unit: 'ns',
      goal,
      relation: 'reference',
    },
    ours!.ns,
    theirs!.ns,
  )
  print(`${measurementLine(measurement)}\n`)
  return measurement
}

async function medianNs(run: () => void, timeMs: number): Promise<number> {
  const bench = new Bench({ time: timeMs, warmupTime: timeMs / 4 }).add('ladder', run)
  await bench.run()
  const result = bench.tasks[0]?.result
  if (result === undefined || !('latency' in result)) throw new Error('the ladder did not finish')
  return result.latency.p50 * 1e6
}
