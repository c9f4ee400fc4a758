// One side of the soak: the engine or the plain pipeline in a process of its own, so that its heap
// and its collections are its own. Tells the soak once a second how it is.
import { constants, PerformanceObserver, type PerformanceEntry } from 'node:perf_hooks'
import { FloePipeline } from './floe-pipeline.ts'
import { SYMBOLS, type LoadReady } from './load-messages.ts'
import { PlainPipeline } from './plain-pipeline.ts'
import { ReactionTimes } from './reaction-times.ts'
import type { SoakCommand, SoakNews, SoakSide } from './soak-messages.ts'

/** Far enough from the touch that the order never trades. */
const OFFSET_TICKS = 200
const SAMPLE_EVERY_MS = 1_000

const side: SoakSide = process.argv[2] === 'peer' ? 'peer' : 'floe'
const times = new ReactionTimes()
let scavenges = 0
let markSweeps = 0
let stopSide: () => Promise<void> = async () => {}

type CollectionEntry = PerformanceEntry & { readonly detail: { readonly kind: number } }

const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const { kind } = (entry as CollectionEntry).detail
    if (kind === constants.NODE_PERFORMANCE_GC_MINOR) scavenges++
    else if (kind === constants.NODE_PERFORMANCE_GC_MAJOR) markSweeps++
  }
})
observer.observe({ entryTypes: ['gc'] })

async function start({ port, credentials }: LoadReady): Promise<void> {
  const shared = { port, credentials: credentials[side], offsetTicks: OFFSET_TICKS, times }
  if (side === 'floe') {
    const floe = new FloePipeline(shared)
    stopSide = () => floe.stop()
    await floe.start()
    setInterval(() => floe.throwIfCrashed(), SAMPLE_EVERY_MS)
  } else {
    const plain = new PlainPipeline({ ...shared, symbol: SYMBOLS.peer })
    stopSide = async () => plain.stop()
    await plain.start()
  }
  tell({ kind: 'ready' })
  setInterval(sample, SAMPLE_EVERY_MS)
}

function sample(): void {
  const { heapUsed, rss } = process.memoryUsage()
  tell({
    kind: 'sample',
    heapBytes: heapUsed,
    rssBytes: rss,
    scavenges,
    markSweeps,
    requests: times.tick.writtenUs.length + times.answer.writtenUs.length,
    reactionsUs: times.tick.writtenUs,
  })
  times.clear()
}

async function stop(): Promise<void> {
  await stopSide()
  process.exit(0)
}

function tell(news: SoakNews): void {
  process.send?.(news)
}

process.on('message', (command: SoakCommand) => {
  if (command.kind === 'start') void start(command.venue)
  else void stop()
})
process.on('disconnect', () => void stop())
// Ctrl-C is for the soak, which then asks for the end.
process.on('SIGINT', () => {})
