// The figures that the project began with, each beside its bound: over loopback sockets against the
// embedded Binance venue in a process of its own, through the production adapter, with a journal.
//
//   placement    turn that decided on the order → its acceptance read
//   price sync   venue about to send the ticker → the turn on the updated book is over
//   order sync   venue about to send the first news of an order → the turn on its truth is over
//   idle task    CPU of the whole engine with 10,000 tasks whose books are silent, for each of them
//   orders       time for each order at full load
//
// Imbalance detection and both legs of a hedge need strategies that are not there yet: no lines.
import { monoNs, NS_PER_MS, US_PER_MS } from '#core/units.ts'
import { clientIdText } from '#order/client-order-id.ts'
import {
  isSteady,
  measured,
  median,
  type BenchOptions,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import type { Engine } from '../src/engine.ts'
import { FloePipeline } from './floe-pipeline.ts'
import type { LoadReady } from './load-messages.ts'
import { ReactionTimes } from './reaction-times.ts'
import { ScaleWorld } from './scale-world.ts'
import { sharedNowUs, type SeedDone } from './seed-messages.ts'
import { VenueProcess } from './venue-process.ts'

const SUITE = 'seed-figures'
const GOAL = 50
const OFFSET_TICKS = 200
const WARM_UP = { side: 'floe', ticks: 8_000, ticksPerSecond: 2_000 } as const
/** One task and ticks apart; then eight on another symbol, at a rate that keeps them busy. */
const STEADY = { side: 'floe', ticks: 1_500, ticksPerSecond: 500 } as const
const FULL = { side: 'c', ticks: 4_000, ticksPerSecond: 2_000 } as const
const FULL_TASKS = 8
const FULL_SECONDS = FULL.ticks / FULL.ticksPerSecond
const IDLE_TASKS = 10_000
const IDLE_INSTRUMENTS = 500
const IDLE_SECONDS = 2

/** In ms, as the seeds put them: 1,000 orders a minute are 60 ms each, 0.1 % is 1 ms a second. */
const LINES = [
  { what: 'placement', name: 'order placed → acknowledged, p50', boundMs: 50 },
  { what: 'priceSync', name: 'tick sent → book updated, p50', boundMs: 10 },
  { what: 'orderSync', name: 'order event sent → truth updated, p50', boundMs: 20 },
  { what: 'order', name: 'an order at full load', boundMs: 60 },
  { what: 'idleTask', name: 'CPU in a second of an idle task', boundMs: 1 },
] as const
type Figures = Record<(typeof LINES)[number]['what'], number>

export const seedFiguresSuite: Suite = {
  name: SUITE,
  measure: async (options) => {
    if (!SUITE.includes(options.only)) return []
    const rounds = await measureRounds(options)
    return LINES.map(({ what, name, boundMs }) => {
      const line = { row: '15a', name: `${SUITE}: ${name}`, against: "the seed's bound" } as const
      const figures = rounds.map((round) => round[what])
      // Beside a bound nothing is interleaved: a machine that is not steady says nothing.
      const measurement = measured(
        { ...line, unit: 'ms', goal: GOAL, isMeasurable: isSteady(figures), isHeld: false },
        figures,
        rounds.map(() => boundMs),
      )
      print(`${measurementLine(measurement)}\n`)
      return measurement
    })
  },
}

async function measureRounds({ rounds }: BenchOptions): Promise<Figures[]> {
  const idleTasks = await idleTaskMs(rounds)
  const venue = new VenueProcess<SeedDone>(new URL('./seed-venue.ts', import.meta.url))
  const ready = await venue.start()
  try {
    const steady = await steadyRounds(rounds, venue, ready)
    const orders = await fullRounds(rounds, venue, ready)
    return steady.map((figures, round) => ({
      ...figures,
      idleTask: idleTasks[round]!,
      order: orders[round]!,
    }))
  } finally {
    venue.stop()
  }
}

async function steadyRounds(
  rounds: number,
  venue: VenueProcess<SeedDone>,
  { port, credentials }: LoadReady,
): Promise<Pick<Figures, 'placement' | 'priceSync' | 'orderSync'>[]> {
  const sights = new Sights()
  const floe = new FloePipeline({
    port,
    credentials: credentials.floe,
    offsetTicks: OFFSET_TICKS,
    times: new ReactionTimes(),
    afterTurn: (engine) => sights.look(engine),
  })
  try {
    await floe.start()
    await venue.run(WARM_UP)
    const figures = []
    for (let round = 0; round < rounds; round++) {
      sights.clear()
      const { tickersUs, ordersUs } = await venue.run(STEADY)
      floe.throwIfCrashed()
      figures.push({
        placement: median(sights.placementsNs) / NS_PER_MS,
        priceSync: delayMs(tickersUs, orNewer(tickersUs, sights.tickersUs)),
        orderSync: delayMs(ordersUs, sights.ordersUs),
      })
    }
    return figures
  } finally {
    await floe.stop()
  }
}

async function fullRounds(
  rounds: number,
  venue: VenueProcess<SeedDone>,
  { port, credentials }: LoadReady,
): Promise<number[]> {
  let running: Engine | null = null
  const ordersCount = (): number =>
    running?.tasks.reports(monoNs(0)).reduce((sum, { orders }) => sum + orders, 0) ?? 0
  const floe = new FloePipeline({
    port,
    credentials: credentials.c,
    symbol: 'SOL/USDT',
    tasks: FULL_TASKS,
    offsetTicks: OFFSET_TICKS,
    times: new ReactionTimes(),
    afterTurn: (engine) => {
      running = engine
    },
  })
  try {
    await floe.start()
    await venue.run(FULL)
    const msPerOrder: number[] = []
    for (let round = 0; round < rounds; round++) {
      const before = ordersCount()
      await venue.run(FULL)
      floe.throwIfCrashed()
      msPerOrder.push((FULL_SECONDS * 1_000) / (ordersCount() - before))
    }
    return msPerOrder
  } finally {
    await floe.stop()
  }
}

/** When the engine's tables first showed what the venue had sent. */
class Sights {
  readonly tickersUs = new Map<number, number>()
  readonly ordersUs = new Map<string, number>()
  readonly placementsNs: number[] = []

  look({ books, live, orders }: Engine): void {
    if (!books.has(0)) return
    const atUs = sharedNowUs()
    const { tickerUpdateId } = books.book(0)
    if (!this.tickersUs.has(tickerUpdateId)) this.tickersUs.set(tickerUpdateId, atUs)
    const order = live.firstOfTask(0)
    if (order < 0 || orders.acceptedNs(order) === 0) return
    const id = clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))
    if (this.ordersUs.has(id)) return
    this.ordersUs.set(id, atUs)
    this.placementsNs.push(orders.acceptedNs(order) - orders.sentNs(order))
  }

  clear(): void {
    this.tickersUs.clear()
    this.ordersUs.clear()
    this.placementsNs.length = 0
  }
}

/** A ticker that came with a newer one in the same read is seen when that one is. */
function orNewer(
  sent: readonly (readonly [number, number])[],
  seen: ReadonlyMap<number, number>,
): Map<number, number> {
  const known = new Map<number, number>()
  let newerUs: number | undefined
  for (const [id] of sent.toReversed()) {
    newerUs = seen.get(id) ?? newerUs
    if (newerUs !== undefined) known.set(id, newerUs)
  }
  return known
}

/** Median time from sending to sight, of what was sent and seen. */
function delayMs<K>(sent: readonly (readonly [K, number])[], seen: ReadonlyMap<K, number>): number {
  const delaysMs = sent.flatMap(([id, sentUs]) => {
    const seenUs = seen.get(id)
    return seenUs === undefined ? [] : [(seenUs - sentUs) / US_PER_MS]
  })
  if (delaysMs.length < sent.length / 2) {
    throw new Error(`${delaysMs.length} of ${sent.length} messages of the venue were seen`)
  }
  return median(delaysMs)
}

/** The engine's timers run as in a process; what it does without tasks is not subtracted. */
async function idleTaskMs(rounds: number): Promise<number[]> {
  const world = await ScaleWorld.open({
    instruments: IDLE_INSTRUMENTS,
    taskInstruments: Array.from({ length: IDLE_TASKS }, (_, task) => task % IDLE_INSTRUMENTS),
  })
  const figures: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    const endMs = performance.now() + IDLE_SECONDS * 1_000
    while (performance.now() < endMs) {
      while (world.answer());
      const restMs = (world.engine.nextDeadlineNs() - world.clock.nowNs()) / NS_PER_MS
      await new Promise((resolve) => {
        setTimeout(resolve, Math.min(restMs, endMs - performance.now()))
      })
    }
    const { user, system } = process.cpuUsage(before)
    figures.push((user + system) / US_PER_MS / IDLE_SECONDS / IDLE_TASKS)
  }
  await world.close()
  return figures
}
