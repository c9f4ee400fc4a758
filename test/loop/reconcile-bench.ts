// A reconciler between an account that answers when a test says so and a clock that a test moves.
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS } from '#core/units.ts'
import { ListingTokens } from '#loop/listing-tokens.ts'
import { NO_CURSOR, Reconciler } from '#loop/reconciler.ts'
import { clientIdHi, clientIdLo, clientIdText } from '#order/client-order-id.ts'
import { LiveOrders } from '#order/live-orders.ts'
import type { OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { FakeAccount } from './fake-account.ts'

interface Options {
  readonly cursorUs?: number
  readonly readyNotBeforeNs?: number
  readonly instruments?: readonly number[]
}

export function reconcileBench(options: Options = {}) {
  const orders = new OrderTable(16)
  const live = new LiveOrders(orders)
  const timers = new TimerWheel(64)
  const tokens = new ListingTokens()
  const account = new FakeAccount(orders)
  const clock = { nowNs: monoNs(0), facts: 0, readyNs: -1, knownUs: -1 }
  const balances: string[] = []
  const reconciler = new Reconciler({
    account,
    orders,
    live,
    timers,
    tokens,
    instruments: options.instruments ?? [0],
    // Instrument 9 has no past.
    cursorUs: (instrument) => (instrument === 9 ? NO_CURSOR : (options.cursorUs ?? NO_CURSOR)),
    balances: {
      asked: () => balances.push(`asked after ${account.asked.length} questions`),
      listed: (instruments, isComparable, nowNs) => {
        balances.push(`listed ${instruments.join()} ${isComparable} ${nowNs}`)
        return false
      },
    },
    readyNotBeforeNs: options.readyNotBeforeNs ?? 0,
    factsCount: () => clock.facts,
    onReady: (knownUs, nowNs) => {
      clock.knownUs = knownUs
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
  /** Answers so many of the questions that are out and of those that follow. */
  const answerAll = (complete = true, countMax = Infinity) => {
    for (let i = 0; i < countMax; i++) {
      const token = account.tokens.shift()
      if (token === undefined) return
      tokens.end(token, complete, clock.nowNs)
    }
  }
  const order = (sequence: number, state: OrderState, instrument = 0, ofAccount = 0): string => {
    const taken = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, sequence))
    orders.setTask(taken, 0)
    orders.setInstrument(taken, instrument)
    orders.setAccount(taken, ofAccount)
    orders.setState(taken, state)
    live.add(taken)
    return clientIdText(orders.clientIdHi(taken), orders.clientIdLo(taken))
  }
  /** Until something is asked again. */
  const pauseMs = (): number => (timers.nextDeadlineNs() - clock.nowNs) / NS_PER_MS
  return { reconciler, account, order, balances, timers, clock, wait, pauseMs, answerAll }
}
