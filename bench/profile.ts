// Where a tick-to-order's time goes: the engine of the tick-to-order bench under V8's CPU profiler,
// as a table by stage and as a picture.
//   npm run bench:profile -- [--seconds 10] [--svg FILE] [--json FILE]
//
// The profiler interrupts the thread every 50 µs, which makes everything slower, small functions
// most; what the shares say of each other stands. Times of an order are the other benches' matter.
import { mkdirSync, writeFileSync } from 'node:fs'
import { Session, type Profiler } from 'node:inspector/promises'
import { dirname } from 'node:path'
import { parseArgs } from 'node:util'
import { machineLine, print, writeJson } from '../native-free-bench/report.ts'
import { FloePipeline } from './floe-pipeline.ts'
import type { LoadDone } from './load-messages.ts'
import { frameTree, readCallback, stageCounts, type Frame } from './profile-frames.ts'
import { drawPicture } from './profile-picture.ts'
import { STAGES, type Stage } from './profile-stages.ts'
import { ReactionTimes } from './reaction-times.ts'
import { VenueProcess } from './venue-process.ts'

const SAMPLING_US = 50
const OFFSET_TICKS = 200
const TICKS_PER_SECOND = 2_000
/** Enough orders that what is measured is optimised code. */
const WARM_UP = { side: 'floe', ticks: 12_000, ticksPerSecond: TICKS_PER_SECOND } as const

const WHAT_IS_DONE =
  'A tick is read and a cancel leaves; its answer is read and the new order leaves; ' +
  'the venue’s reports of both are read.'

interface Share {
  readonly stage: Stage
  readonly fraction: number
}

interface Profiled {
  readonly orderCount: number
  /** Everything the thread did. */
  readonly all: Frame
  /** What it did in read callbacks: there a tick becomes an order. */
  readonly read: Frame
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    svg: { type: 'string', default: '' },
    json: { type: 'string', default: '' },
  },
})
const seconds = Number(values.seconds)
if (!(seconds >= 1)) throw new Error('--seconds is a number from 1 up')

const profiled = await profile(seconds)
const shares = sharesOf(profiled.read)
const outside = outsideLine(profiled)
const counted =
  `${profiled.orderCount} orders at ${TICKS_PER_SECOND} ticks/s, ` +
  `${profiled.read.totalCount} samples of ${SAMPLING_US} µs in read callbacks`
print(`${machineLine()}\n${counted}\n`)
for (const { stage, fraction } of shares) {
  print(`  ${stage.padEnd(22)} ${percent(fraction).padStart(6)}\n`)
}
print(`${outside}\n`)
if (values.svg !== '') {
  mkdirSync(dirname(values.svg), { recursive: true })
  const title = 'Where a tick-to-order’s time goes'
  const subtitles = [WHAT_IS_DONE, counted]
  writeFileSync(values.svg, drawPicture({ title, subtitles, shares, flame: profiled.read }))
}
writeJson(values.json, { machine: machineLine(), counted, shares, outside })

async function profile(forSeconds: number): Promise<Profiled> {
  const venue = new VenueProcess<LoadDone>(new URL('./load-venue.ts', import.meta.url))
  const times = new ReactionTimes()
  const { port, credentials } = await venue.start()
  const options = { port, credentials: credentials.floe, offsetTicks: OFFSET_TICKS, times }
  const floe = new FloePipeline(options)
  try {
    await floe.start()
    await venue.run(WARM_UP)
    times.clear()
    const ticks = Math.round(forSeconds * TICKS_PER_SECOND)
    const profile = await sampled(() =>
      venue.run({ side: 'floe', ticks, ticksPerSecond: TICKS_PER_SECOND }),
    )
    floe.throwIfCrashed()
    const all = frameTree(profile)
    const orderCount = times.tick.writtenUs.length + times.answer.writtenUs.length
    return { orderCount, all, read: readCallback(all) }
  } finally {
    await floe.stop()
    venue.stop()
  }
}

async function sampled(run: () => Promise<unknown>): Promise<Profiler.Profile> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: SAMPLING_US })
  await session.post('Profiler.start')
  await run()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  return profile
}

/** In the order of the data's way; stages that took nothing are left out. */
function sharesOf(frame: Frame): Share[] {
  const counts = stageCounts(frame)
  return STAGES.map((stage) => ({
    stage,
    fraction: (counts.get(stage) ?? 0) / frame.totalCount,
  })).filter(({ fraction }) => fraction > 0)
}

function outsideLine({ all, read }: Profiled): string {
  const counts = stageCounts(all)
  const share = (count: number): string => percent(count / all.totalCount)
  const kernel = counts.get('kernel reads, libuv') ?? 0
  const rest = all.totalCount - read.totalCount - kernel
  return (
    `of all that the thread did ${share(read.totalCount)} was in read callbacks, ` +
    `${share(kernel)} in the kernel's reads and libuv, ${share(rest)} in timers and the rest`
  )
}

function percent(fraction: number): string {
  return `${(fraction * 100).toFixed(1)}%`
}
