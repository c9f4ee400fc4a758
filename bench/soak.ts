// The long run: the engine at full load over sockets, and the plain pipeline under the same load,
// each in a process of its own against one venue process. After a warm-up it is counted how often
// either collects garbage, and looked at whether the engine's heap grows.
//   npm run bench:soak -- [--minutes 10] [--json FILE] [--svg FILE]
//
// The warm-up lasts until the engine's table of orders is as full as it gets: from then on the
// oldest rows give way to new ones, and nothing may grow any more. Ctrl-C ends it with what was
// measured. Both sides get every tick; how many requests they answer them with is told beside.
import { parseArgs } from 'node:util'
import { ORDERS_MAX } from '#core/limits.ts'
import { measured, ratioOf, type Measurement } from '../native-free-bench/measurement.ts'
import {
  machineLine,
  measurementLine,
  print,
  writeJson,
  writeText,
} from '../native-free-bench/report.ts'
import type { LoadDone } from './load-messages.ts'
import { NAMES, SOAK_SIDES } from './soak-messages.ts'
import { soakPicture } from './soak-picture.ts'
import { SideProcess } from './soak-process.ts'
import { SoakStory, type Stories } from './soak-story.ts'
import { VenueProcess } from './venue-process.ts'

/** Each tick makes the working order stale: a cancel, a new order, and the venue's word on both. */
const TICKS_PER_SECOND = 800
/** Three quarters of the table, and some; an order is two requests, the second its cancel. */
const WARM_UP_REQUESTS = 2 * Math.round(0.8 * ORDERS_MAX)
const WARM_UP_SECONDS_MAX = 600
/** An iceberg places a million orders at most. */
const MINUTES_MAX = 18
const TELL_EVERY_MS = 10_000
/** More ticks than any soak lasts. */
const ENDLESS = 1e9
const SCAVENGES_GOAL = 2
const MB = 2 ** 20

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    json: { type: 'string', default: '' },
    svg: { type: 'string', default: '' },
  },
})
const minutes = Number(values.minutes)
if (!(minutes > 0 && minutes <= MINUTES_MAX)) {
  throw new Error(`--minutes is a number above 0, at most ${MINUTES_MAX}`)
}
const stories: Stories = { floe: new SoakStory(), peer: new SoakStory() }
const fromS = await soak(stories, minutes * 60)
const isGood = tellVerdict(stories, fromS)
writeJson(values.json, { machine: machineLine(), minutes, fromS, stories })
writeText(
  values.svg,
  soakPicture(stories, {
    title: `${minutes} min at ${TICKS_PER_SECOND} ticks a second, after a warm-up`,
    subtitle: machineLine(),
    fromX: fromS,
  }),
)
process.exitCode = isGood ? 0 : 1

/** Until the time is over or a person interrupts. Returns when the warm-up was over. */
async function soak(told: Stories, seconds: number): Promise<number> {
  print(`${machineLine()}\n${TICKS_PER_SECOND} ticks/s each; a warm-up until floe has placed `)
  print(`${WARM_UP_REQUESTS / 2} orders, then ${minutes} min; Ctrl-C ends it early\n`)
  const interrupted = new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve())
  })
  const venue = new VenueProcess<LoadDone>(new URL('./load-venue.ts', import.meta.url))
  const ready = await venue.start()
  const sides = SOAK_SIDES.map((name) => new SideProcess(name))
  const startMs = performance.now()
  const atS = (): number => (performance.now() - startMs) / 1_000
  try {
    await Promise.all(sides.map((side) => side.start({ kind: 'start', venue: ready })))
    for (const side of sides) side.listen((sample) => told[side.name].add(sample, atS()))
    for (const side of SOAK_SIDES) {
      void venue.run({ side, ticks: ENDLESS, ticksPerSecond: TICKS_PER_SECOND })
    }
    const ended = Promise.race([...sides.map((side) => side.died), interrupted])
    let isOver = false
    let warmS = Infinity
    while (!isOver && atS() < warmS + seconds) {
      const restMs = Math.min(TELL_EVERY_MS, (warmS + seconds - atS()) * 1_000)
      isOver = await Promise.race([sleep(restMs).then(() => false), ended.then(() => true)])
      const isWarm = told.floe.requests >= WARM_UP_REQUESTS || atS() >= WARM_UP_SECONDS_MAX
      if (isWarm) warmS = Math.min(warmS, atS())
      tellProgress(told, atS(), isWarm)
    }
    return Math.min(warmS, atS())
  } finally {
    await Promise.all(sides.map((side) => side.stop()))
    venue.stop()
  }
}

function tellProgress(told: Stories, atS: number, isWarm: boolean): void {
  const parts = SOAK_SIDES.map((side) => {
    const { samples, spans } = told[side]
    const last = samples.at(-1)
    const span = spans.at(-1)
    if (last === undefined || span === undefined) return `${NAMES[side]} –`
    return (
      `${NAMES[side]} ${(last.heapBytes / MB).toFixed(1)} MB, p50 ${span.p50Us.toFixed(0)} µs, ` +
      `p99 ${span.p99Us.toFixed(0)} µs, ${last.scavenges} scavenges, ${last.markSweeps} mark-sweeps`
    )
  })
  const phase = isWarm ? '' : 'warm-up'
  print(`${atS.toFixed(0).padStart(5)} s ${phase.padEnd(8)} ${parts.join(' │ ')}\n`)
}

function tellVerdict(told: Stories, warmS: number): boolean {
  const heap = told.floe.heapVerdict(warmS)
  if (heap === null) {
    print('too short for a verdict: no ten spans of ten seconds after the warm-up\n')
    return false
  }
  const scavenges = SOAK_SIDES.map((side) => told[side].collections('scavenges', warmS))
  const thousands = SOAK_SIDES.map((side) => told[side].requestsSince(warmS) / 1_000)
  const fewer = line('scavenges', SCAVENGES_GOAL, scavenges)
  const perRequest = scavenges.map((count, i) => count / thousands[i]!)
  print(`${measurementLine(fewer)}\n`)
  print(`${measurementLine(line('scavenges for 1,000 requests', null, perRequest))}\n`)
  print(
    ` 17 soak: heap of ${NAMES.floe}: first fifth ${mb(heap.firstBytes)}, last fifth ` +
      `${mb(heap.lastBytes)}, growth ${mb(heap.growthBytes)}, ` +
      `${heap.isWithinNoise ? 'within' : 'BEYOND'} the noise of ${mb(heap.noiseBytes)}\n` +
      '    (least heap of each 10 s, medians of a fifth; noise: widest range within a fifth)\n',
  )
  const isGoalReached = heap.isWithinNoise && ratioOf(fewer) >= SCAVENGES_GOAL
  print(`verdict: ${isGoalReached ? 'good' : 'NOT good'}\n`)
  return isGoalReached
}

function line(name: string, goal: number | null, figures: readonly number[]): Measurement {
  const facts = { row: '17', against: NAMES.peer, unit: 'count' } as const
  return measured({ ...facts, name: `soak: ${name}`, goal }, [figures[0]!], [figures[1]!])
}

function mb(bytes: number): string {
  return `${(bytes / MB).toFixed(2)} MB`
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms)
  })
}
