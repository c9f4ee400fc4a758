// Waking the tasks of one book among N tasks on the goal's 500 instruments: the production
// scheduler with its subscriptions beside the loop one writes first, which asks every task whether
// its book has changed. Both step the same tasks, whose step is a counter: what is measured is
// finding them. Then what one woken task costs where a book has many, and what the scheduler keeps
// for each of 10,000 tasks.
import { TASKS_PER_TURN_MAX } from '#core/limits.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_S } from '#core/units.ts'
import { Scheduler } from '#loop/scheduler.ts'
import type { Task } from '#task/task.ts'
import { runCases, type BenchCase } from '../native-free-bench/harness.ts'
import {
  measured,
  median,
  type BenchOptions,
  type Measurement,
  type Suite,
} from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { bytesKept } from './gc.ts'

const INSTRUMENTS = 500
const TASK_COUNTS = [100, 1_000, 10_000]
const GOAL_FROM_TASKS = 1_000
/** Of the smallest count of tasks; scanning more takes so much longer that fewer do. */
const UPDATES_PER_CALL = 1_000
const TURNS_PER_SAMPLE = 20
const WOKEN_NS_MAX = 30
const HOT_BYTES_MAX = 300
const SUITE = 'dispatch'

export const dispatchSuite: Suite = {
  name: SUITE,
  measure: async (options) => {
    if (!SUITE.includes(options.only)) return []
    const compared = await runCases(TASK_COUNTS.map(besideScanAll), options)
    return [...compared, wokenTask(options), hotState(options.rounds)]
  },
}

/** The smallest task: what it does when stepped is not what is measured. */
class CountingTask implements Pick<Task, 'index' | 'instruments' | 'step'> {
  readonly index: number
  readonly instruments: readonly number[]
  steps = 0

  constructor(index: number, instrument: number) {
    this.index = index
    this.instruments = [instrument]
  }

  step(): void {
    this.steps++
  }
}

/** A book's change is a higher version; a task remembers the one it has seen. */
class ScannedTask {
  readonly #instrument: number
  #seenVersion = 0
  steps = 0

  constructor(instrument: number) {
    this.#instrument = instrument
  }

  look(versions: Int32Array): void {
    const version = versions[this.#instrument]!
    if (version === this.#seenVersion) return
    this.#seenVersion = version
    this.steps++
  }
}

function besideScanAll(taskCount: number): BenchCase {
  const instruments = Math.min(taskCount, INSTRUMENTS)
  const scheduler = scheduling(taskCount, instruments)
  const scanned = Array.from({ length: taskCount }, (_, i) => new ScannedTask(i % instruments))
  const versions = new Int32Array(instruments)
  const updates = Math.max(10, Math.round((UPDATES_PER_CALL * TASK_COUNTS[0]!) / taskCount))
  const nowNs = monoNs(0)
  return {
    row: taskCount >= GOAL_FROM_TASKS ? '14' : '',
    name: `${SUITE}: a book's tasks among ${taskCount}`,
    peer: 'asking every task',
    goal: taskCount >= GOAL_FROM_TASKS ? 15 : null,
    opsPerCall: updates,
    ours: () => {
      for (let update = 0; update < updates; update++) {
        scheduler.dirtyInstruments.mark((update * 7) % instruments)
        scheduler.run(nowNs)
      }
    },
    theirs: () => {
      for (let update = 0; update < updates; update++) {
        versions[(update * 7) % instruments]!++
        for (const task of scanned) task.look(versions)
      }
    },
  }
}

/** What one more woken task costs: a book with as many tasks as a turn steps. Information. */
function wokenTask({ rounds, timeMs }: BenchOptions): Measurement {
  const scheduler = scheduling(TASKS_PER_TURN_MAX, 1)
  const nowNs = monoNs(0)
  const perTaskNs = Array.from({ length: rounds }, () => {
    const samples: number[] = []
    const untilMs = performance.now() + timeMs
    for (let startMs = performance.now(); startMs < untilMs; startMs = performance.now()) {
      for (let turn = 0; turn < TURNS_PER_SAMPLE; turn++) {
        scheduler.dirtyInstruments.mark(0)
        scheduler.run(nowNs)
      }
      const tookNs = (performance.now() - startMs) * 1e6
      samples.push(tookNs / (TURNS_PER_SAMPLE * TASKS_PER_TURN_MAX))
    }
    return median(samples)
  })
  return beside(`${SUITE}: one woken task`, 'ns', WOKEN_NS_MAX, null, perTaskNs)
}

/** Subscription, dirty bit, queue place, wake deadline and an armed timer, of 10,000 tasks. */
function hotState(rounds: number): Measurement {
  const taskCount = TASK_COUNTS.at(-1)!
  const perTask = Array.from({ length: rounds }, () => {
    const tasks = countingTasks(taskCount, INSTRUMENTS)
    const before = bytesKept()
    const scheduler = new Scheduler(new TimerWheel())
    for (const task of tasks) {
      scheduler.add(task)
      scheduler.wakeAt(task.index, monoNs(NS_PER_S))
    }
    const bytes = bytesKept() - before
    if (scheduler.tasks.length !== taskCount) throw new Error('tasks are missing')
    return bytes / taskCount
  })
  return beside(
    `${SUITE}: hot state a task, ${taskCount} tasks`,
    'bytes',
    HOT_BYTES_MAX,
    1,
    perTask,
  )
}

function beside(
  name: string,
  unit: Measurement['unit'],
  bound: number,
  goal: number | null,
  figures: readonly number[],
): Measurement {
  const line = {
    row: '14',
    name,
    against: 'the bound',
    relation: 'peer',
    unit,
    goal,
    isHeld: false,
  } as const
  const measurement = measured(
    line,
    figures,
    figures.map(() => bound),
  )
  print(`${measurementLine(measurement)}\n`)
  return measurement
}

function scheduling(taskCount: number, instruments: number): Scheduler {
  const scheduler = new Scheduler(new TimerWheel())
  for (const task of countingTasks(taskCount, instruments)) scheduler.add(task)
  return scheduler
}

function countingTasks(taskCount: number, instruments: number): Task[] {
  return Array.from({ length: taskCount }, (_, i) => new CountingTask(i, i % instruments) as never)
}
