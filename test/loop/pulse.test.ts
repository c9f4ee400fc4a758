// Signs of life: a beat at the end of a turn, and dead-man's switches armed in time.
import { describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S, type MonoNs } from '#core/units.ts'
import { DeadMan } from '#loop/dead-man.ts'
import { Pulse } from '#loop/pulse.ts'
import { OrderTable } from '#order/order-table.ts'
import type { VenueAccount } from '#venue/venue.ts'
import { FakeAccount } from './fake-account.ts'

/** A venue that has a dead-man's switch, and writes down when it would go off. */
class ArmedAccount extends FakeAccount {
  readonly armed: string[] = []

  armDeadMan(timeoutNs: number, nowNs: MonoNs): Outcome {
    if (this.outcome !== Outcome.Ok) return this.outcome
    this.armed.push(`${timeoutNs / NS_PER_S}s at ${nowNs / NS_PER_S}s`)
    return Outcome.Ok
  }
}

function bench(accounts: readonly VenueAccount[], timeoutNs = 30 * NS_PER_S) {
  const timers = new TimerWheel(64)
  const said: string[] = []
  const beats: number[] = []
  const clock = { nowNs: monoNs(0) }
  const notices = { notice: (_level: string, code: string) => said.push(code) }
  const listener = {
    deadManNs: timeoutNs,
    beat: (nowNs: MonoNs) => beats.push(nowNs / NS_PER_MS),
  }
  /** One turn every `stepMs`. */
  const turns = (ms: number, stepMs: number, endTurn: (nowNs: MonoNs) => void) => {
    const end = clock.nowNs + ms * NS_PER_MS
    while (clock.nowNs < end) {
      clock.nowNs = monoNs(clock.nowNs + stepMs * NS_PER_MS)
      timers.advance(clock.nowNs)
      endTurn(clock.nowNs)
    }
  }
  return { timers, accounts, notices, listener, said, beats, clock, turns, timeoutNs }
}

describe('the beat', () => {
  it('comes four times a second, at the end of a turn', () => {
    const { beats, clock, turns, ...parts } = bench([], 0)
    const pulse = new Pulse(parts)
    pulse.start(clock.nowNs)
    turns(1_000, 10, (nowNs) => pulse.endTurn(nowNs))
    expect(beats).toEqual([10, 260, 510, 760])
  })

  it('does not come from a turn that hangs before its end', () => {
    const { beats, clock, turns, ...parts } = bench([], 0)
    const pulse = new Pulse(parts)
    pulse.start(clock.nowNs)
    turns(1_000, 10, () => {})
    expect(beats).toEqual([])
    pulse.endTurn(clock.nowNs)
    expect(beats).toEqual([1_000])
  })
})

describe("a venue's dead-man's switch", () => {
  it('is armed at once and again before its time is over, and disarmed at the end', () => {
    const account = new ArmedAccount(new OrderTable(4))
    const { clock, turns, ...parts } = bench([account])
    const pulse = new Pulse(parts)
    pulse.start(clock.nowNs)
    turns(25_000, 100, (nowNs) => pulse.endTurn(nowNs))
    expect(account.armed).toEqual(['30s at 0s', '30s at 10s', '30s at 20s'])
    pulse.end(clock.nowNs)
    expect(account.armed.at(-1)).toBe('0s at 25s')
  })

  it('is tried again every second while the venue takes nothing; a person hears of it once', () => {
    const account = new ArmedAccount(new OrderTable(4))
    account.outcome = Outcome.NotReady
    account.isUp = false
    const { clock, turns, said, ...parts } = bench([account])
    new DeadMan(parts).start(clock.nowNs)
    turns(3_000, 100, () => {})
    expect(said).toEqual([])
    account.isUp = true
    turns(3_000, 100, () => {})
    expect(said).toEqual(['dead_man_late'])
    account.outcome = Outcome.Ok
    turns(1_100, 100, () => {})
    expect(account.armed).toHaveLength(1)
  })

  it('is left alone where the venue has none, or says so', () => {
    const without = new FakeAccount(new OrderTable(4))
    const refusing = new ArmedAccount(new OrderTable(4))
    refusing.outcome = Outcome.Unsupported
    const { clock, turns, said, ...parts } = bench([without, refusing])
    const deadMan = new DeadMan(parts)
    deadMan.start(clock.nowNs)
    turns(5_000, 100, () => {})
    expect([parts.timers.armedCount, said, refusing.armed]).toEqual([0, [], []])
    deadMan.disarm(clock.nowNs)
  })
})
