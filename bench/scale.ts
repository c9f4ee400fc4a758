// Ten thousand icebergs on 500 instruments at 20,000 book updates a second, on the production
// engine with its journal and the real clock; only the wire is missing (memory-venue.ts).
//
// Three updates in four change quantities below the touch, one in four moves the touch by a tick
// that tasks look at and tolerate, and one in 200 makes every order of its book stale, so that some
// 4,000 cancels and orders a second pass gate, order truth and journal. A cycle is one update
// handed in, and the turn that follows it. What is compared besides the bounds: the same woken
// tasks among 10,000 idle ones and among 1,000, and books with ten times the subscribers.
import {
  isSteady,
  measured,
  median,
  quantile,
  type BenchOptions,
  type Measurement,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { bytesKept } from './gc.ts'
import { ScaleWorld } from './scale-world.ts'

const SUITE = 'scale'
const TASKS = 10_000
const INSTRUMENTS = 500
const UPDATES_PER_SECOND = 20_000
const UPDATES_PER_NUDGE = 4
const UPDATES_PER_JUMP = 200
/** Enough that all of it runs optimised. */
const WARM_UP_SECONDS = 3
const ROUND_SECONDS = 3
const PACE_MS = 1
/** A prime: consecutive updates go to books far apart. */
const STRIDE = 7_919

const CYCLE_US_MAX = 1_000
const CORE_MS = 1_000
const TASK_BYTES_MAX = 16 * 1_024
/** Of ratios that are 1 but for caches; a cost that grew with what is compared would be 10. */
const EVEN_MAX = 2

export const scaleSuite: Suite = {
  name: SUITE,
  measure: async (options) => {
    if (!SUITE.includes(options.only)) return []
    const atFull = await atFullScale(options)
    for (const line of atFull) print(`${measurementLine(line)}\n`)
    const even = await ofWokenAndIdle(options)
    for (const line of even) print(`${measurementLine(line)}\n`)
    return [...atFull, ...even]
  },
}

async function atFullScale({ rounds }: BenchOptions): Promise<Measurement[]> {
  const emptyBytes = await memoryOf(0)
  const before = bytesKept()
  const world = await ScaleWorld.open({
    instruments: INSTRUMENTS,
    taskInstruments: spread(TASKS, 0, INSTRUMENTS),
  })
  try {
    const fullBytes = bytesKept() - before
    await paced(world, WARM_UP_SECONDS)
    const figures: PacedFigures[] = []
    for (let round = 0; round < rounds; round++) figures.push(await paced(world, ROUND_SECONDS))
    const p99Us = figures.map((round) => round.p99Us)
    const hasKeptUp = figures.every(({ behind }) => behind < 0.05)
    return [
      beside(
        'cycle p50',
        'us',
        CYCLE_US_MAX,
        null,
        figures.map((round) => round.p50Us),
      ),
      beside('cycle p99', 'us', CYCLE_US_MAX, 1, p99Us, isSteady(p99Us) && hasKeptUp),
      beside(
        'CPU in a second',
        'ms',
        CORE_MS,
        1,
        figures.map((round) => round.cpuMs),
      ),
      beside('memory a task', 'bytes', TASK_BYTES_MAX, 1, [(fullBytes - emptyBytes) / TASKS]),
      beside('memory a task, books too', 'bytes', TASK_BYTES_MAX, null, [fullBytes / TASKS]),
    ]
  } finally {
    await world.close()
  }
}

async function memoryOf(tasks: number): Promise<number> {
  const before = bytesKept()
  const world = await ScaleWorld.open({
    instruments: INSTRUMENTS,
    taskInstruments: spread(tasks, 0, INSTRUMENTS),
  })
  const bytes = bytesKept() - before
  await world.close()
  return bytes
}

interface PacedFigures {
  readonly p50Us: number
  readonly p99Us: number
  /** Of every thread of this process, in a second. */
  readonly cpuMs: number
  /** Share of the updates that were handed in late by more than a pace. */
  readonly behind: number
}

/** Open loop: updates are due by the clock, however busy the engine is. */
async function paced(world: ScaleWorld, seconds: number): Promise<PacedFigures> {
  const cyclesUs: number[] = []
  const startMs = performance.now()
  const cpuBefore = process.cpuUsage()
  const total = seconds * UPDATES_PER_SECOND
  let late = 0
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, ((performance.now() - startMs) / 1_000) * UPDATES_PER_SECOND)
    late += Math.max(0, due - sent - 20 * PACE_MS * (UPDATES_PER_SECOND / 1_000))
    for (; sent < due; sent++) {
      const cycleMs = performance.now()
      world.update(kindOf(sent), (sent * STRIDE) % INSTRUMENTS)
      cyclesUs.push((performance.now() - cycleMs) * 1_000)
    }
    for (let isDone = false; !isDone;) {
      const cycleMs = performance.now()
      isDone = !world.answer()
      if (!isDone) cyclesUs.push((performance.now() - cycleMs) * 1_000)
    }
    await new Promise((resolve) => {
      setTimeout(resolve, PACE_MS)
    })
  }
  const { user, system } = process.cpuUsage(cpuBefore)
  return {
    p50Us: quantile(cyclesUs, 0.5),
    p99Us: quantile(cyclesUs, 0.99),
    cpuMs: (user + system) / 1_000 / seconds,
    behind: late / total,
  }
}

function kindOf(update: number): 'stir' | 'nudge' | 'jump' {
  if (update % UPDATES_PER_JUMP === UPDATES_PER_JUMP - 1) return 'jump'
  return update % UPDATES_PER_NUDGE === 0 ? 'nudge' : 'stir'
}

const FEW_IDLE = 1_000
const MANY_IDLE = 10_000
const IDLE_PER_BOOK = 20
/** Books whose touch moves. Both groups have as many tasks: caches are no part of this. */
const NARROW = { first: 0, books: 100, tasksPerBook: 20 } as const
const WIDE = { first: 100, books: 10, tasksPerBook: 200 } as const
const HOT_BOOKS = NARROW.books + WIDE.books
const WAKES = 300_000
type HotGroup = typeof NARROW | typeof WIDE

async function ofWokenAndIdle({ rounds }: BenchOptions): Promise<Measurement[]> {
  const few = await hotAmong(FEW_IDLE)
  const many = await hotAmong(MANY_IDLE)
  try {
    for (const world of [few, many]) for (const group of [NARROW, WIDE]) wokenNs(world, group)
    const perTaskNs = { few: [] as number[], many: [] as number[], wide: [] as number[] }
    for (let round = 0; round < rounds; round++) {
      const isFewFirst = round % 2 === 0
      if (isFewFirst) perTaskNs.few.push(wokenNs(few, NARROW))
      perTaskNs.many.push(wokenNs(many, NARROW))
      perTaskNs.wide.push(wokenNs(many, WIDE))
      if (!isFewFirst) perTaskNs.few.push(wokenNs(few, NARROW))
    }
    const line = { row: '15', relation: 'reference', unit: 'ns', goal: EVEN_MAX } as const
    const idle = { name: 'a woken task, 10,000 idle', against: '1,000 idle' }
    const woken = { name: 'a woken task, 200 a book', against: '20 a book' }
    return [
      measured({ ...line, ...idle, name: `${SUITE}: ${idle.name}` }, perTaskNs.many, perTaskNs.few),
      measured(
        { ...line, ...woken, name: `${SUITE}: ${woken.name}` },
        perTaskNs.wide,
        perTaskNs.many,
      ),
    ]
  } finally {
    await few.close()
    await many.close()
  }
}

/** Idle tasks are made between the hot ones, as they come in a real run. */
function hotAmong(idle: number): Promise<ScaleWorld> {
  const hot = [NARROW, WIDE].flatMap(({ first, books, tasksPerBook }) =>
    spread(books * tasksPerBook, first, books),
  )
  const idleBooks = idle / IDLE_PER_BOOK
  const idleOnes = spread(idle, HOT_BOOKS, idleBooks)
  const every = idle / hot.length
  const mixed = hot.flatMap((instrument, i) => [
    instrument,
    ...idleOnes.slice(Math.round(i * every), Math.round((i + 1) * every)),
  ])
  return ScaleWorld.open({ instruments: HOT_BOOKS + idleBooks, taskInstruments: mixed })
}

/** Time of an update that wakes every task of its book, for each of them. */
function wokenNs(world: ScaleWorld, { first, books, tasksPerBook }: HotGroup): number {
  const samplesNs: number[] = []
  for (let nudge = 0; nudge < WAKES / tasksPerBook; nudge++) {
    const startMs = performance.now()
    world.update('nudge', first + (nudge % books))
    samplesNs.push(((performance.now() - startMs) * 1e6) / tasksPerBook)
  }
  while (world.answer());
  return median(samplesNs)
}

/** One instrument for each of `tasks`, evenly over `count` of them from `first` on. */
function spread(tasks: number, first: number, count: number): number[] {
  return Array.from({ length: tasks }, (_, task) => first + (task % count))
}

function beside(
  name: string,
  unit: Measurement['unit'],
  bound: number,
  goal: number | null,
  figures: readonly number[],
  isMeasurable = true,
): Measurement {
  const line = { row: '15', name: `${SUITE}: ${name}`, against: 'the bound' } as const
  return measured(
    // A figure beside a bound moves with the machine's speed: what it must hold is the bound.
    { ...line, relation: 'peer', unit, goal, isMeasurable, isHeld: false },
    figures,
    figures.map(() => bound),
  )
}
