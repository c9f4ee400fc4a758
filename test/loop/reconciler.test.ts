import { describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S } from '#core/units.ts'
import { ListingTokens } from '#loop/listing-tokens.ts'
import { NO_CURSOR, Reconciler, ReconcileState, reconcileTransitions } from '#loop/reconciler.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { FakeAccount } from './fake-account.ts'

function bench(options: { cursorUs?: number; readyNotBeforeNs?: number } = {}) {
  const orders = new OrderTable(16)
  const live = new LiveOrders(orders)
  const timers = new TimerWheel(64)
  const tokens = new ListingTokens()
  const account = new FakeAccount(orders)
  const clock = { nowNs: monoNs(0), facts: 0, readyNs: -1 }
  const reconciler = new Reconciler({
    account,
    orders,
    live,
    timers,
    tokens,
    instruments: [0],
    cursorUs: () => options.cursorUs ?? NO_CURSOR,
    balances: { asked: () => {}, listed: () => false },
    readyNotBeforeNs: options.readyNotBeforeNs ?? 0,
    factsCount: () => clock.facts,
    onReady: (_knownUs, nowNs) => {
      clock.readyNs = nowNs
    },
  })
  const wait = (ms: number) => {
    const end = clock.nowNs + ms * NS_PER_MS
    while (clock.nowNs < end) {
      clock.nowNs = monoNs(Math.min(end, clock.nowNs + 10 * NS_PER_MS))
      timers.advance(clock.nowNs)
    }
  }
  /** Answers every question that is out, and those that follow, until it rests. */
  const answerAll = (complete = true) => {
    for (let token = account.tokens.shift(); token !== undefined; token = account.tokens.shift()) {
      tokens.end(token, complete, clock.nowNs)
    }
  }
  return { reconciler, account, orders, live, clock, wait, answerAll }
}

describe('an account becomes READY', () => {
  it('only after open orders and balances, on a journal without a past', () => {
    const { reconciler, account, clock, answerAll } = bench()
    reconciler.sessionUp(clock.nowNs)
    expect(account.questions()).toEqual(['open 0'])
    expect(reconciler.isReady).toBe(false)
    answerAll()
    expect(account.questions()).toEqual(['balances'])
    expect(reconciler.isReady).toBe(true)
  })

  it('asks history, undecided orders and fills since the cursor when there is a past', () => {
    const { reconciler, account, orders, live, clock, answerAll } = bench({ cursorUs: 60_000_077 })
    const order = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, 0))
    orders.setTask(order, 0)
    orders.setState(order, OrderState.Unknown)
    live.add(order)
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    const asked = account.questions()
    expect(asked.slice(0, 2)).toEqual(['open 0', 'history 0 since 77'])
    expect(asked[2]).toMatch(/^order f/)
    expect(asked.slice(3)).toEqual(['fills 0 since 77', 'balances'])
    expect(reconciler.isReady).toBe(true)
  })

  it('after an unclean end not before the order window, and only when a second pass agrees', () => {
    const { reconciler, account, clock, wait, answerAll } = bench({
      cursorUs: 60_000_077,
      readyNotBeforeNs: 4 * NS_PER_S,
    })
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    expect(reconciler.state).toBe(ReconcileState.Confirming)
    account.questions()
    wait(3_900)
    expect(account.questions()).toEqual([])
    wait(200)
    clock.facts++ // the second pass finds a fill: it does not agree with the first
    answerAll()
    expect(reconciler.isReady).toBe(false)
    wait(300)
    answerAll()
    expect(reconciler.isReady).toBe(true)
    expect(clock.readyNs).toBeGreaterThan(4 * NS_PER_S)
  })

  it('knows the past at once after a clean end, and not before READY after another', () => {
    expect(bench().reconciler.isPastKnown).toBe(true)
    const { reconciler, clock, wait, answerAll } = bench({ readyNotBeforeNs: 3 * NS_PER_S })
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    expect(reconciler.isPastKnown).toBe(false)
    wait(3_100)
    answerAll()
    expect(reconciler.isReady).toBe(true)
    reconciler.sessionDown(clock.nowNs)
    expect(reconciler.isPastKnown).toBe(true)
  })

  it('takes a partial listing for no listing, and asks again', () => {
    const { reconciler, account, clock, wait, answerAll } = bench()
    reconciler.sessionUp(clock.nowNs)
    answerAll(false)
    expect(reconciler.isReady).toBe(false)
    account.questions()
    wait(600)
    expect(account.questions()).toEqual(['open 0'])
    answerAll()
    expect(reconciler.isReady).toBe(true)
  })

  it('waits when the venue cannot be asked now', () => {
    const { reconciler, account, clock, wait, answerAll } = bench()
    account.outcome = Outcome.RateLimited
    reconciler.sessionUp(clock.nowNs)
    wait(600)
    expect(reconciler.isReady).toBe(false)
    account.outcome = Outcome.Ok
    wait(1_200) // twice the first wait: trouble is not asked at full pace
    answerAll()
    expect(reconciler.isReady).toBe(true)
  })

  it('begins from the start after a lost session, and ignores answers of the old one', () => {
    const { reconciler, account, clock, answerAll } = bench()
    reconciler.sessionUp(clock.nowNs)
    const stale = account.tokens.splice(0)
    reconciler.sessionDown(clock.nowNs)
    reconciler.sessionUp(clock.nowNs)
    const fresh = account.tokens.splice(0)
    account.tokens.push(...stale)
    answerAll()
    expect(reconciler.isReady).toBe(false)
    account.tokens.push(...fresh)
    answerAll()
    expect(reconciler.isReady).toBe(true)
    reconciler.sessionDown(clock.nowNs)
    expect(reconciler.isReady).toBe(false)
  })

  it('has a row for a lost session in every state', () => {
    for (const state of Object.values(ReconcileState)) {
      expect(reconcileTransitions.next(state, 1)).toBe(ReconcileState.Down)
    }
  })
})
