// When an account is READY: how often it is asked, how many passes it takes, and what it says then.
import { describe, expect, it } from 'vitest'
import { monoNs, NS_PER_MS, NS_PER_S } from '#core/units.ts'
import { ReconcileState } from '#loop/reconciler.ts'
import { reconcileBench as bench } from './reconcile-bench.ts'

/** Answers in part until it asks again in so many pauses. */
function pauses(count: number, { clock, answerAll, pauseMs, wait }: ReturnType<typeof bench>) {
  const seen: number[] = []
  while (seen.length < count) {
    clock.nowNs = monoNs(clock.nowNs + NS_PER_MS)
    answerAll(false)
    seen.push(pauseMs())
    wait(pauseMs() + 10)
  }
  return seen
}

describe('the pace', () => {
  it('of questions without a whole answer slows down, to eight seconds', () => {
    const all = bench()
    all.reconciler.sessionUp(all.clock.nowNs)
    expect(pauses(6, all)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 8_000])
  })

  it('is the first again after a whole answer, and in another session', () => {
    const all = bench()
    all.reconciler.sessionUp(all.clock.nowNs)
    expect(pauses(3, all)).toEqual([500, 1_000, 2_000])
    all.answerAll(true, 1)
    expect(pauses(2, all)).toEqual([500, 1_000])
    all.reconciler.sessionDown(all.clock.nowNs)
    all.account.tokens.splice(0)
    all.reconciler.sessionUp(all.clock.nowNs)
    expect(pauses(1, all)).toEqual([500])
  })

  it('of a lost session ends with it', () => {
    const { reconciler, account, clock, wait, answerAll } = bench()
    reconciler.sessionUp(clock.nowNs)
    answerAll(false)
    reconciler.sessionDown(clock.nowNs)
    reconciler.sessionUp(clock.nowNs)
    account.questions()
    wait(2_000)
    expect(account.questions()).toEqual([])
  })

  it('of passes that must agree: at the end of the order window, then every 200 ms', () => {
    const { reconciler, clock, pauseMs, wait, answerAll } = bench({ readyNotBeforeNs: NS_PER_S })
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    expect(pauseMs()).toBe(1_000)
    wait(1_000)
    clock.facts++
    answerAll()
    expect([reconciler.isReady, pauseMs()]).toEqual([false, 200])
  })
})

/** The first pass is over, and the order window too. */
function afterOnePass() {
  const all = bench({ readyNotBeforeNs: NS_PER_S })
  all.reconciler.sessionUp(all.clock.nowNs)
  all.answerAll()
  return all
}

describe('two passes agree', () => {
  it('at the very end of the order window', () => {
    const { reconciler, wait, answerAll } = afterOnePass()
    wait(1_000)
    answerAll()
    expect(reconciler.isReady).toBe(true)
  })

  it('when nothing is learnt from the second, whatever is learnt between them', () => {
    const { reconciler, clock, wait, answerAll } = afterOnePass()
    clock.facts++
    wait(1_000)
    answerAll()
    expect(reconciler.isReady).toBe(true)
  })

  it('in one session: after a lost one the first counts no more', () => {
    const { reconciler, clock, wait, answerAll } = afterOnePass()
    reconciler.sessionDown(clock.nowNs)
    wait(2_000)
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    expect(reconciler.state).toBe(ReconcileState.Confirming)
    wait(210)
    answerAll()
    expect(reconciler.isReady).toBe(true)
  })

  it('also when somebody says in between that the session is up, which it was', () => {
    const { reconciler, clock, wait, answerAll } = afterOnePass()
    reconciler.sessionUp(clock.nowNs)
    wait(1_000)
    answerAll()
    expect(reconciler.isReady).toBe(true)
  })

  it('once for all: a later session needs one pass', () => {
    const { reconciler, clock, wait, answerAll } = afterOnePass()
    wait(1_000)
    answerAll()
    reconciler.sessionDown(clock.nowNs)
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    expect(reconciler.isReady).toBe(true)
  })
})

describe('READY', () => {
  it('says up to when everything is known: the start of its last pass, in venue time', () => {
    const { reconciler, account, clock, answerAll } = bench()
    Object.assign(account, { venueOffsetUs: 1_000.7 })
    clock.nowNs = monoNs(2_000_500)
    reconciler.sessionUp(clock.nowNs)
    clock.nowNs = monoNs(9_000_000)
    answerAll()
    expect([clock.knownUs, clock.readyNs]).toEqual([3_001, 9_000_000])
  })

  it('is reached at once when there is nothing to ask but balances', () => {
    const { reconciler, account, clock, answerAll } = bench({ instruments: [] })
    reconciler.sessionUp(clock.nowNs)
    expect(account.questions()).toEqual(['balances'])
    answerAll()
    expect(reconciler.isReady).toBe(true)
  })

  it('asks nothing more by itself', () => {
    const { reconciler, account, timers, clock, wait, answerAll } = bench()
    reconciler.sessionUp(clock.nowNs)
    answerAll(false)
    wait(600)
    answerAll()
    account.questions()
    wait(20_000)
    expect([account.questions(), timers.armedCount]).toEqual([[], 0])
  })
})
