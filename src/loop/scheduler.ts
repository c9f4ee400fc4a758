// Hot path.
// Runs the tasks whose inputs changed, each at most once a turn. Knows nothing of books or orders,
// and nothing of time beyond the nowNs it is given.
import { assert } from '#core/assert.ts'
import { DirtySet } from '#core/dirty-set.ts'
import { INSTRUMENTS_MAX, TASKS_MAX, TASKS_PER_TURN_MAX } from '#core/limits.ts'
import { NO_TIMER, type TimerTarget, type TimerWheel } from '#core/timer-wheel.ts'
import { NEVER_NS, type MonoNs } from '#core/units.ts'
import type { Task } from '#task/task.ts'

/** Who knows whether a changed book has anything new for those who subscribed to it. */
export interface MarketNews {
  hasNews(instrument: number): boolean
}

export class Scheduler implements TimerTarget {
  /** Instruments whose books changed since the last turn: marked by the book cache. */
  readonly dirtyInstruments = new DirtySet(INSTRUMENTS_MAX)
  /** Tasks stepped since somebody took them from here: what is shown of them may have changed. */
  readonly steppedTasks = new DirtySet(TASKS_MAX)
  readonly #dirtyTasks = new DirtySet(TASKS_MAX)
  readonly #tasks: Task[] = []
  readonly #subscribers: number[][] = []
  readonly #timers: TimerWheel
  #news: MarketNews | null = null
  /** The task that was stepped last, −1 before the first. */
  lastStepped = -1
  readonly #wakeNs = new Float64Array(TASKS_MAX).fill(NEVER_NS)
  readonly #wakeTimer = new Float64Array(TASKS_MAX).fill(NO_TIMER)

  constructor(timers: TimerWheel) {
    this.#timers = timers
  }

  get tasks(): readonly Task[] {
    return this.#tasks
  }

  get hasWork(): boolean {
    return this.#dirtyTasks.count > 0 || this.dirtyInstruments.count > 0
  }

  add(task: Task): void {
    assert(this.#tasks[task.index] === undefined, 'a task index is used once')
    this.#tasks[task.index] = task
    for (const instrument of task.instruments) {
      ;(this.#subscribers[instrument] ??= []).push(task.index)
    }
  }

  /** From now on a changed book wakes its subscribers only if there is news for them. */
  heed(news: MarketNews): void {
    this.#news = news
  }

  wake(task: number): void {
    this.#dirtyTasks.mark(task)
  }

  /** Steps the task at `deadlineNs` at the latest; an earlier wake already armed serves both. */
  wakeAt(task: number, deadlineNs: MonoNs): void {
    if (deadlineNs >= this.#wakeNs[task]!) return
    this.#timers.cancel(this.#wakeTimer[task]!)
    this.#wakeNs[task] = deadlineNs
    this.#wakeTimer[task] = this.#timers.arm(this, task, deadlineNs)
  }

  onTimer(task: number, _nowNs: MonoNs): void {
    this.#wakeNs[task] = NEVER_NS
    this.#wakeTimer[task] = NO_TIMER
    this.#dirtyTasks.mark(task)
  }

  /** Wakes the subscribers of changed books, then steps each dirty task once. Returns how many. */
  run(nowNs: MonoNs): number {
    this.#wakeSubscribers()
    // Tasks dirtied while we run wait for the next turn: one that wakes itself starves nobody.
    const count = Math.min(this.#dirtyTasks.count, TASKS_PER_TURN_MAX)
    for (let ran = 0; ran < count; ran++) {
      const task = this.#dirtyTasks.take()
      this.lastStepped = task
      this.#tasks[task]!.step(nowNs)
      this.steppedTasks.mark(task)
    }
    return count
  }

  #wakeSubscribers(): void {
    const dirty = this.dirtyInstruments
    while (dirty.count > 0) {
      const instrument = dirty.take()
      const subscribers = this.#subscribers[instrument]
      if (subscribers === undefined) continue
      if (this.#news !== null && !this.#news.hasNews(instrument)) continue
      for (let i = 0; i < subscribers.length; i++) this.#dirtyTasks.mark(subscribers[i]!)
    }
  }
}
