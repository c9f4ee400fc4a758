// A start on a journal, in a process of its own as every start is: from the moment that the engine
// begins to read until its tasks are restored and it has put its first question to the venue.
// Arguments: a state directory, how many instruments the venue lists. Prints what it cost in
// milliseconds of a core, over all threads: other programs do not stretch those.
import { Prng } from '#core/prng.ts'
import { RealClock } from '#core/real-clock.ts'
import { openJournal } from '#journal/journal-host.ts'
import { TYPESCRIPT_KERNELS } from '#kernel/kernels.ts'
import { Past } from '#loop/past.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'
import { planTasks } from '#loop/task-plan.ts'
import { LatencyRecorder } from '#telemetry/latency-recorder.ts'
import type { VenueMake } from '#venue/venue.ts'
import { Engine } from '../src/engine.ts'
import { ACCOUNT_NAME, MemoryVenue } from './memory-venue.ts'

const RISK = { maxPosition: {}, priceCollarBps: 500, ordersPerSecond: 100, maxOpenOrders: 60_000 }

const [, , stateDir = '', instruments = '0'] = process.argv
const clock = new RealClock()
const venue = new MemoryVenue(Number(instruments))
const asked: number[] = []
const make: VenueMake = {
  ...venue.make,
  createAccount: (...account) => {
    const made = venue.make.createAccount(...account)
    const ask = made.requestOpenOrders.bind(made)
    made.requestOpenOrders = (...question) => {
      asked.push(clock.nowNs())
      return ask(...question)
    }
    return made
  },
}

const before = process.cpuUsage()
const host = await openJournal(stateDir, {
  instance: 1,
  clock,
  spawnJournalWorker: (data) => spawnWorker('journal', data),
})
const { history } = host
const past = new Past(history)
const engine = new Engine({
  clock,
  dialer: {
    dial: () => {
      throw new Error('a venue in memory dials nobody')
    },
  },
  kernels: TYPESCRIPT_KERNELS,
  prng: new Prng(1),
  notices: { notice: () => {} },
  journal: host.start({ configHash: '', mode: 'sim' }),
  past,
  plans: planTasks([], past, { update: false }),
  instance: 1,
  incarnation: host.incarnation,
  incarnationFirst: history.incarnationFirst ?? host.incarnation,
  seed: 1,
  risk: RISK,
  venues: [
    {
      make,
      urls: make.urls,
      accounts: [{ name: ACCOUNT_NAME, credentials: { kind: 'hmac', key: '', secret: '' } }],
    },
  ],
  latencies: {
    tickToOrder: new LatencyRecorder('tick_to_order'),
    turn: new LatencyRecorder('turn'),
    ack: new LatencyRecorder('ack'),
  },
  commands: null,
})
engine.start(clock.nowNs())
while (asked.length === 0 && engine.failure === null) {
  venue.answer(clock.nowNs())
  engine.turn(clock.nowNs())
}
const { user, system } = process.cpuUsage(before)
const cpuMs = (user + system) / 1_000
if (engine.failure !== null) throw engine.failure
const { count } = engine.tasks
process.stdout.write(JSON.stringify({ cpuMs, tasks: count, orders: engine.live.count }))
engine.disconnect(clock.nowNs())
await host.close(false, clock.nowNs())
