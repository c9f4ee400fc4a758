import { describe, expect, it } from 'vitest'
import { monoNs, NS_PER_MS, NS_PER_S } from '#core/units.ts'
import { Watchdog } from '#watchdog/watchdog.ts'
import { WatchState, watchTransitions } from '#watchdog/watch-states.ts'
import { readWatchdogSpec } from '#watchdog/watchdog-spec.ts'
import { idOf } from './fake-rescue.ts'
import { INCARNATION, WatchBench, WINDOW_MS } from './watch-bench.ts'

const OURS = idOf(INCARNATION, 1)
const SILENCE_MS = 5_000

class Bench extends WatchBench {
  endedCount = 0
  readonly watchdog: Watchdog

  constructor() {
    super()
    this.rescue.stand(OURS, 'abc123')
    this.watchdog = new Watchdog(
      {
        timers: this.timers,
        sweeps: [this.sweep],
        silenceNs: SILENCE_MS * NS_PER_MS,
        patienceNs: 60 * NS_PER_S,
        log: this,
        ended: () => {
          this.endedCount++
        },
      },
      this.nowNs,
    )
  }

  /** An engine that is well for so long. */
  live(ms: number): this {
    this.wait(ms, (passed) => {
      if (passed % 250 === 0) this.watchdog.beat(this.nowNs)
    })
    return this
  }

  get state() {
    return this.watchdog.state
  }
}

it('leaves a living engine alone', () => {
  const bench = new Bench().live(60_000)
  expect([bench.state, bench.rescue.questions(), bench.told]).toEqual([WatchState.Watching, [], []])
})

describe('an engine that falls silent', () => {
  it('is waited for, then its orders are taken back, and only its own', () => {
    const bench = new Bench().live(1_000)
    bench.wait(SILENCE_MS - 10)
    expect(bench.rescue.questions()).toEqual([])
    bench.wait(200)
    expect(bench.rescue.standing).toEqual(['abc123'])
    expect(bench.told[0]).toMatch(/^engine_is_silent 5\d\d\d$/)
  })

  it('the proof waits for what it may have sent last; then the watchdog ends', () => {
    const bench = new Bench().live(1_000).wait(SILENCE_MS + 200)
    // The last beat is longer ago than the order window: the next listing proves it.
    expect(SILENCE_MS).toBeGreaterThan(WINDOW_MS + 1_000)
    bench.wait(300)
    expect([bench.state, bench.endedCount]).toEqual([WatchState.Ended, 1])
    expect(bench.told.at(-1)).toBe('confirmed 1')
    expect(bench.wait(5_000).endedCount).toBe(1)
  })

  it('when it comes back it looks after its orders again', () => {
    const bench = new Bench()
    bench.rescue.failure = 'no route'
    bench.wait(SILENCE_MS + 1_000)
    expect(bench.state).toBe(WatchState.Sweeping)
    bench.watchdog.beat(bench.nowNs)
    bench.rescue.failure = ''
    bench.rescue.questions()
    bench.live(20_000)
    expect([bench.state, bench.rescue.questions()]).toEqual([WatchState.Watching, []])
    expect(bench.rescue.standing).toEqual([OURS, 'abc123'])
    expect(bench.told.some((line) => line.startsWith('engine_is_back'))).toBe(true)
  })

  it('and falls silent once more, it is swept once more', () => {
    const bench = new Bench()
    bench.rescue.failure = 'no route'
    bench.wait(SILENCE_MS + 1_000).live(1_000)
    bench.rescue.failure = ''
    bench.wait(SILENCE_MS + 500)
    expect(bench.rescue.standing).toEqual(['abc123'])
  })
})

describe('an engine that is gone without a goodbye', () => {
  it('has its orders taken back at once; the proof waits for the order window', () => {
    const bench = new Bench().live(1_000)
    bench.watchdog.closed(bench.nowNs)
    expect(bench.rescue.standing).toEqual(['abc123'])
    bench.wait(WINDOW_MS - 50)
    expect(bench.endedCount).toBe(0)
    bench.wait(700)
    expect(bench.endedCount).toBe(1)
  })

  it('after it was silent nothing begins twice', () => {
    const bench = new Bench()
    bench.rescue.isAnswering = false
    bench.wait(SILENCE_MS + 200)
    bench.watchdog.closed(bench.nowNs)
    expect(bench.rescue.questions()).toEqual(['list'])
  })

  it('orders of the life that follows are left alone', () => {
    const bench = new Bench().live(1_000)
    bench.rescue.stand(idOf(INCARNATION + 1, 1))
    bench.watchdog.closed(bench.nowNs)
    bench.wait(5_000)
    expect(bench.rescue.standing).toEqual(['abc123', idOf(INCARNATION + 1, 1)])
    expect(bench.endedCount).toBe(1)
  })
})

describe('ends without touching anything', () => {
  it('when the engine says goodbye', () => {
    const bench = new Bench().live(1_000)
    bench.watchdog.goodbye(bench.nowNs)
    bench.watchdog.closed(bench.nowNs)
    bench.wait(20_000)
    expect([bench.endedCount, bench.rescue.questions()]).toEqual([1, []])
  })

  it('when a successor has come, also while it is at work', () => {
    const bench = new Bench()
    bench.rescue.failure = 'no route'
    bench.watchdog.closed(bench.nowNs)
    bench.wait(1_000)
    bench.watchdog.successor(INCARNATION + 1, bench.nowNs)
    bench.rescue.questions()
    bench.rescue.failure = ''
    bench.wait(20_000)
    expect([bench.endedCount, bench.rescue.questions()]).toEqual([1, []])
  })
})

it('leaves what it cannot take back to people, by name, when its patience is over', () => {
  const bench = new Bench()
  bench.rescue.stubborn.add(OURS)
  bench.watchdog.closed(bench.nowNs)
  expect(bench.wait(59_000).endedCount).toBe(0)
  expect(bench.wait(2_000).endedCount).toBe(1)
  expect(bench.told.slice(-3)).toEqual([
    `order_left ${OURS} BTCUSDT NEW`,
    'account_left no',
    'gave_up 0',
  ])
})

it('that was itself held up begins to listen anew', () => {
  const bench = new Bench().live(1_000)
  bench.nowNs = monoNs(bench.nowNs + 60 * NS_PER_S)
  bench.timers.advance(bench.nowNs)
  expect(bench.state).toBe(WatchState.Watching)
  bench.watchdog.beat(bench.nowNs)
  expect(bench.wait(SILENCE_MS - 200).state).toBe(WatchState.Watching)
  expect(bench.wait(400).state).not.toBe(WatchState.Watching)
})

it('has this table', () => {
  expect(watchTransitions.matrix()).toBe(
    [
      'Watching: Beat→Watching · Silence→Sweeping · Closed→Sweeping · Goodbye→Ended' +
        ' · Successor→Ended',
      'Sweeping: Beat→Watching · Closed→Sweeping · Goodbye→Ended · Successor→Ended' +
        ' · Confirmed→Ended · GaveUp→Ended',
      'Ended: ',
    ].join('\n'),
  )
})

const refuse = () => readWatchdogSpec('{"accounts": [{"secret": "hush"}]}')

it('what it is told to watch is refused without repeating a word of it', () => {
  expect(refuse).toThrow('a watchdog is started by floe run')
  expect(refuse).not.toThrow('hush')
})
