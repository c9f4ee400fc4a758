// What an account is asked before it is READY, and what an answer is worth.
import { describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { monoNs, NS_PER_S } from '#core/units.ts'
import { ReconcileState, reconcileTransitions } from '#loop/reconciler.ts'
import { OrderState } from '#order/order-state.ts'
import { reconcileBench as bench } from './reconcile-bench.ts'

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
    const { reconciler, account, order, clock, answerAll } = bench({ cursorUs: 60_000_077 })
    const id = order(0, OrderState.Unknown)
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    expect(account.questions()).toEqual([
      'open 0',
      'history 0 since 77',
      `order ${id}`,
      'fills 0 since 77',
      'balances',
    ])
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

  it('has a table that says whose it is', () => {
    const { message } = reconcileTransitions.refusal(ReconcileState.Ready, 0)
    expect(message).toBe(
      'reconciler: "SessionUp" is not possible in state Ready (possible: SessionDown)',
    )
  })

  it('has a row for a lost session in every state', () => {
    for (const state of Object.values(ReconcileState)) {
      expect(reconcileTransitions.next(state, 1)).toBe(ReconcileState.Down)
    }
  })
})

describe('what is asked', () => {
  it('is every instrument, from its cursor on where it has one', () => {
    const all = bench({ cursorUs: 120_000_000, instruments: [9, 1] })
    all.reconciler.sessionUp(all.clock.nowNs)
    expect(all.account.questions()).toEqual(['open 9', 'open 1', 'history 1 since 60000000'])
    all.answerAll()
    expect(all.account.questions()).toEqual(['fills 1 since 60000000', 'balances'])
  })

  it.each([
    ['a minute before the cursor', 60_000_077.9, 77],
    ['no earlier than time began', 59_000_000, 0],
    ['from the beginning when the cursor says so', 0, 0],
  ])('reaches back %s', (_name, cursorUs, sinceUs) => {
    const { reconciler, account, clock } = bench({ cursorUs })
    reconciler.sessionUp(clock.nowNs)
    expect(account.questions()).toEqual(['open 0', `history 0 since ${sinceUs}`])
  })

  it('are the orders of this account that nobody can tell the state of', () => {
    const { reconciler, account, order, clock, answerAll } = bench({ instruments: [0, 1] })
    const unknown = order(0, OrderState.Unknown)
    order(1, OrderState.Unknown, 0, 1)
    order(2, OrderState.Open)
    const cancelling = order(3, OrderState.PendingCancel)
    const onTheOther = order(4, OrderState.PendingNew, 1)
    order(5, OrderState.Unknown, 2)
    reconciler.sessionUp(clock.nowNs)
    account.questions()
    answerAll()
    const asked = [cancelling, unknown, onTheOther].map((id) => `order ${id}`)
    expect(account.questions()).toEqual([...asked, 'balances'])
  })

  it('comes state by state: none goes on before every question is answered', () => {
    const { reconciler, account, clock, answerAll } = bench({ instruments: [0, 1] })
    reconciler.sessionUp(clock.nowNs)
    account.questions()
    answerAll(true, 1)
    expect([account.questions(), reconciler.state]).toEqual([[], ReconcileState.Listing])
    answerAll(true, 1)
    expect(account.questions()).toEqual(['balances'])
  })

  it('are trades from a time on, not from one trade on', () => {
    const { reconciler, account, clock, answerAll } = bench({ cursorUs: 60_000_077 })
    account.requestFills = (_instrument, sinceTradeId) => {
      account.asked.push(`fills from '${sinceTradeId}'`)
      return Outcome.NotReady
    }
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    expect(account.questions()).toContain("fills from ''")
  })

  it('is asked once more where one question of several could not be put', () => {
    const { reconciler, account, clock, wait, answerAll } = bench({ instruments: [0, 1] })
    account.requestOpenOrders = (instrument, token) => {
      if (instrument === 1) return Outcome.RateLimited
      account.asked.push(`open ${instrument}`)
      account.tokens.push(token)
      return Outcome.Ok
    }
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    expect(reconciler.state).toBe(ReconcileState.Listing)
    expect(account.questions()).toEqual(['open 0'])
    wait(510)
    expect(account.questions()).toEqual(['open 0'])
  })

  it('of a state alone is asked again when its answer was partial', () => {
    const { reconciler, account, order, clock, wait, answerAll } = bench()
    const id = order(0, OrderState.Unknown)
    reconciler.sessionUp(clock.nowNs)
    answerAll(true, 1)
    answerAll(false)
    account.questions()
    wait(510)
    expect(account.questions()).toEqual([`order ${id}`])
    answerAll()
    expect(account.questions()).toEqual(['balances'])
  })

  it('are balances, which are handed on with their instruments and are no complaint yet', () => {
    const { reconciler, balances, clock, answerAll } = bench({ instruments: [0, 1] })
    clock.nowNs = monoNs(5_000)
    reconciler.sessionUp(clock.nowNs)
    answerAll()
    expect(balances).toEqual(['asked after 2 questions', 'listed 0,1 false 5000'])
  })
})
