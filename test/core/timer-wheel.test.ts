import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { NO_TIMER, TimerWheel, type TimerTarget } from '#core/timer-wheel.ts'
import { monoNs, NEVER_NS, NS_PER_MS, NS_PER_S, type MonoNs } from '#core/units.ts'

const ms = (n: number): MonoNs => monoNs(n * NS_PER_MS)

/** Remembers what fired. */
class Bell implements TimerTarget {
  readonly rung: number[] = []

  onTimer(token: number): void {
    this.rung.push(token)
  }
}

describe('the timer wheel', () => {
  it('fires at the deadline, not a nanosecond before, and once', () => {
    const wheel = new TimerWheel(4)
    const bell = new Bell()
    wheel.arm(bell, 7, ms(5))
    expect(wheel.nextDeadlineNs()).toBe(ms(5))
    expect(wheel.advance(monoNs(ms(5) - 1))).toBe(0)
    expect(wheel.advance(ms(5))).toBe(1)
    expect(wheel.advance(ms(50))).toBe(0)
    expect(bell.rung).toEqual([7])
    expect(wheel.nextDeadlineNs()).toBe(NEVER_NS)
  })

  it('fires a deadline that is already past in the next advance', () => {
    const wheel = new TimerWheel(4)
    const bell = new Bell()
    wheel.arm(bell, 1, ms(3_000))
    wheel.advance(ms(3_000))
    wheel.arm(bell, 2, ms(10))
    expect(wheel.nextDeadlineNs()).toBe(ms(10))
    expect(wheel.advance(ms(3_000))).toBe(1)
  })

  it('keeps deadlines of later rounds apart from those of this one', () => {
    const wheel = new TimerWheel(4)
    const bell = new Bell()
    wheel.arm(bell, 60, monoNs(60 * NS_PER_S))
    wheel.arm(bell, 1, monoNs(NS_PER_S))
    expect([wheel.advance(monoNs(2 * NS_PER_S)), wheel.advance(monoNs(59 * NS_PER_S))]).toEqual([
      1, 0,
    ])
    expect(wheel.advance(monoNs(90 * NS_PER_S))).toBe(1)
    expect(bell.rung).toEqual([1, 60])
  })

  it('ignores handles that fired, were cancelled, or never were', () => {
    const wheel = new TimerWheel(1)
    const bell = new Bell()
    const fired = wheel.arm(bell, 1, ms(1))
    wheel.advance(ms(1))
    const cancelled = wheel.arm(bell, 2, ms(2))
    wheel.cancel(fired)
    expect(wheel.armedCount).toBe(1)
    wheel.cancel(cancelled)
    wheel.arm(bell, 3, ms(3))
    wheel.cancel(cancelled)
    wheel.cancel(NO_TIMER)
    wheel.advance(ms(9))
    expect(bell.rung).toEqual([1, 3])
  })

  it('takes as many timers as it has room for, however often they were cancelled', () => {
    const wheel = new TimerWheel(2)
    const bell = new Bell()
    for (let i = 0; i < 100; i++) wheel.cancel(wheel.arm(bell, i, ms(60_000)))
    wheel.arm(bell, 1, ms(1))
    wheel.arm(bell, 2, ms(2))
    expect(() => wheel.arm(bell, 3, ms(3))).toThrow('timer wheel full')
  })

  it('lets a firing arm its own successor in the past without losing it', () => {
    const wheel = new TimerWheel(4)
    const rung: number[] = []
    const steady: TimerTarget = {
      onTimer: (token) => {
        rung.push(token)
        if (token < 4) wheel.arm(steady, token + 1, ms((token + 1) * 10))
      },
    }
    wheel.arm(steady, 1, ms(10))
    // The process slept: three periods are due at once, one fires in each advance.
    for (let i = 0; i < 4; i++) wheel.advance(ms(45))
    expect(rung).toEqual([1, 2, 3, 4])
  })

  it('lets a firing cancel another that is due in the same advance', () => {
    const wheel = new TimerWheel(4)
    const bell = new Bell()
    const other = wheel.arm(bell, 2, ms(2))
    wheel.arm({ onTimer: () => wheel.cancel(other) }, 1, ms(1))
    expect(wheel.advance(ms(5))).toBe(1)
    expect([bell.rung, wheel.armedCount]).toEqual([[], 0])
  })

  it('does what a list of deadlines does', () => {
    const arm = fc.tuple(fc.constant('arm' as const), fc.integer({ min: -50, max: 20_000 }))
    const advance = fc.tuple(fc.constant('advance' as const), fc.integer({ min: 0, max: 9_000 }))
    const cancel = fc.tuple(fc.constant('cancel' as const), fc.nat(50))
    const steps = fc.array(fc.oneof(arm, arm, advance, cancel), { maxLength: 120 })
    fc.assert(
      fc.property(steps, (script) => {
        const wheel = new TimerWheel(256)
        const bell = new Bell()
        const handles: number[] = []
        const due = new Map<number, number>()
        let nowNs = monoNs(0)
        for (const [kind, amount] of script) {
          if (kind === 'arm') {
            const deadlineNs = monoNs(Math.max(0, nowNs + amount * 777_777))
            due.set(handles.length, deadlineNs)
            handles.push(wheel.arm(bell, handles.length, deadlineNs))
          } else if (kind === 'cancel') {
            due.delete(amount)
            wheel.cancel(handles[amount] ?? NO_TIMER)
          } else {
            nowNs = monoNs(nowNs + amount * NS_PER_MS)
            const expected = [...due].filter(([, at]) => at <= nowNs).map(([token]) => token)
            for (const token of expected) due.delete(token)
            bell.rung.length = 0
            expect(wheel.advance(nowNs)).toBe(expected.length)
            expect(bell.rung.toSorted((a, b) => a - b)).toEqual(expected)
          }
          expect(wheel.armedCount).toBe(due.size)
          expect(wheel.nextDeadlineNs()).toBeLessThanOrEqual(Math.min(NEVER_NS, ...due.values()))
        }
      }),
      { numRuns: 200 },
    )
  })
})
