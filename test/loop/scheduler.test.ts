import { describe, expect, it } from 'vitest'
import { TASKS_PER_TURN_MAX } from '#core/limits.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS } from '#core/units.ts'
import { Scheduler } from '#loop/scheduler.ts'
import type { Task } from '#task/task.ts'

function bench() {
  const timers = new TimerWheel(64)
  const scheduler = new Scheduler(timers)
  const steps: number[] = []
  const add = (index: number, instruments: number[], onStep: () => void = () => {}) => {
    const task: Partial<Task> = {
      index,
      instruments,
      step: () => {
        steps.push(index)
        onStep()
      },
    }
    scheduler.add(task as Task)
  }
  const run = (ms = 0) => {
    timers.advance(monoNs(ms * NS_PER_MS))
    scheduler.run(monoNs(ms * NS_PER_MS))
    return steps.splice(0)
  }
  return { scheduler, add, run }
}

describe('the scheduler', () => {
  it('steps only the subscribers of books that changed, each once', () => {
    const { scheduler, add, run } = bench()
    add(0, [7])
    add(1, [8])
    add(2, [7, 8])
    scheduler.dirtyInstruments.mark(7)
    scheduler.dirtyInstruments.mark(7)
    expect(run()).toEqual([0, 2])
    expect(run()).toEqual([])
  })

  it('wakes nobody for a book that has nothing new for them', () => {
    const { scheduler, add, run } = bench()
    add(0, [7])
    add(1, [8])
    scheduler.heed({ hasNews: (instrument) => instrument === 8 })
    scheduler.dirtyInstruments.mark(7)
    scheduler.dirtyInstruments.mark(8)
    expect(run()).toEqual([1])
    scheduler.wake(0)
    expect(run()).toEqual([0])
  })

  it('takes a turn no further than its share, and the rest in the next', () => {
    const { scheduler, add, run } = bench()
    const count = TASKS_PER_TURN_MAX + 10
    for (let index = 0; index < count; index++) add(index, [7])
    scheduler.dirtyInstruments.mark(7)
    expect(run()).toHaveLength(TASKS_PER_TURN_MAX)
    expect(scheduler.hasWork).toBe(true)
    expect(run()).toHaveLength(10)
  })

  it('remembers once whom it has stepped, until somebody asks', () => {
    const { scheduler, add, run } = bench()
    add(0, [7])
    add(1, [8])
    for (let turn = 0; turn < 2; turn++) {
      scheduler.dirtyInstruments.mark(8)
      run()
    }
    expect(scheduler.steppedTasks.count).toBe(1)
    expect(scheduler.steppedTasks.take()).toBe(1)
  })

  it('lets a task that wakes itself wait for the next turn', () => {
    const { scheduler, add, run } = bench()
    add(0, [], () => scheduler.wake(0))
    scheduler.wake(0)
    expect(run()).toEqual([0])
    expect(scheduler.hasWork).toBe(true)
    expect(run()).toEqual([0])
  })

  it('wakes at the earliest deadline asked for', () => {
    const { scheduler, add, run } = bench()
    add(0, [])
    scheduler.wakeAt(0, monoNs(50 * NS_PER_MS))
    scheduler.wakeAt(0, monoNs(20 * NS_PER_MS))
    scheduler.wakeAt(0, monoNs(80 * NS_PER_MS))
    expect(run(10)).toEqual([])
    expect(run(20)).toEqual([0])
    expect(run(100)).toEqual([])
  })
})
