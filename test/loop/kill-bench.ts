// The kill switch's desk over one fake account, in time that a test moves.
import { expect } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S } from '#core/units.ts'
import { KillDesk } from '#loop/kill-desk.ts'
import { ListingTokens } from '#loop/listing-tokens.ts'
import { InstrumentTable } from '#market/instrument.ts'
import { clientIdHi, clientIdLo, clientIdText } from '#order/client-order-id.ts'
import { CancelCause } from '#order/intent.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { VenueEvent } from '#order/venue-event.ts'
import { KillSwitch, type KillCause } from '#risk/kill-switch.ts'
import { FakeAccount } from './fake-account.ts'
import { BTC_USDT } from '../fixtures/instruments.ts'

export const CAUSE: KillCause = { origin: 'cli', who: 'alice', reason: 'a wrong price' }
export const WINDOW_NS = 3 * NS_PER_S
export class KillBench {
  readonly orders = new OrderTable(64)
  readonly live = new LiveOrders(this.orders)
  readonly timers = new TimerWheel(256)
  readonly tokens = new ListingTokens()
  readonly account = new FakeAccount(this.orders)
  readonly killSwitch = new KillSwitch()
  readonly notices: string[] = []
  readonly journalled: string[] = []
  readonly kept: (KillCause | null)[] = []
  readonly woken: number[] = []
  readonly desk: KillDesk
  left: KillCause | null = null
  /** Instruments of the account. */
  traded = [0]
  isOpen = true
  isReady = true
  journalOutcome: Outcome = Outcome.Ok
  nowNs = monoNs(100 * NS_PER_S)
  #sequence = 0

  constructor() {
    const instruments = new InstrumentTable()
    instruments.put(BTC_USDT)
    const tasks = [{ index: 0 }, undefined, { index: 2 }]
    this.desk = new KillDesk({
      timers: this.timers,
      notices: { notice: (level, code) => this.notices.push(`${level} ${code}`) },
      journal: {
        killSwitch: ({ engaged, who, reason }) => {
          this.journalled.push(`${engaged ? 'engaged' : 'released'} ${who}: ${reason}`)
          return this.journalOutcome
        },
      },
      instruments,
      orders: this.orders,
      live: this.live,
      tokens: this.tokens,
      scheduler: { tasks, wake: (task) => this.woken.push(task) },
      roster: {
        accounts: [this.account],
        instrumentsOf: () => this.traded,
        ownerOf: () => ({ market: 'test_spot', name: 'main' }),
      },
      accountDesk: { isReady: () => this.isReady },
      killSwitch: this.killSwitch,
      isOpen: () => this.isOpen,
      cancel: (order, cause) => {
        expect(cause).toBe(CancelCause.Kill)
        const isSent = this.account.cancel(order) === Outcome.Ok
        const state = this.orders.state(order)
        if (isSent && state !== OrderState.Unknown) this.set(order, OrderState.PendingCancel)
        return isSent
      },
      keeper: { atStart: () => this.left, changed: (cause) => this.kept.push(cause) },
    })
  }

  order(state: OrderState, foreignId = ''): number {
    const order = this.orders.take(clientIdHi(1, 1, 0), clientIdLo(0, this.#sequence++))
    this.orders.setTask(order, 0)
    this.orders.setAccount(order, 0)
    this.orders.setInstrument(order, 0)
    this.orders.setQtyUnits(order, 200_000)
    this.orders.setFilledUnits(order, 50_000)
    this.orders.setSentNs(order, this.nowNs)
    this.orders.setForeignId(order, foreignId)
    this.set(order, state)
    this.live.add(order)
    return order
  }

  set(order: number, state: OrderState): void {
    this.orders.setState(order, state)
  }

  over(order: number): this {
    this.set(order, OrderState.Cancelled)
    this.live.remove(order)
    return this
  }

  engage(): this {
    this.desk.engage(CAUSE, this.nowNs)
    return this.turn()
  }

  turn(): this {
    this.timers.advance(this.nowNs)
    this.desk.tend(this.nowNs)
    return this
  }

  wait(ms: number): this {
    for (let end = this.nowNs + ms * NS_PER_MS; this.nowNs < end;) {
      this.nowNs = monoNs(Math.min(end, this.nowNs + 10 * NS_PER_MS))
      this.turn()
    }
    return this
  }

  /** The venue ends the oldest listing; what it showed has been told before. */
  answer(isComplete = true): this {
    this.tokens.end(this.account.tokens.shift()!, isComplete, this.nowNs)
    return this.turn()
  }

  /** A row of the listing under way; −1 for an order that no table knows. */
  row(order: number): void {
    const event = new VenueEvent()
    event.instrument = 0
    event.clientIdHi = order < 0 ? 1 : this.orders.clientIdHi(order)
    event.clientIdLo = order < 0 ? 1 : this.orders.clientIdLo(order)
    this.desk.reportedOpen(event)
  }

  id(order: number): string {
    return clientIdText(this.orders.clientIdHi(order), this.orders.clientIdLo(order))
  }

  get report() {
    return this.desk.report(this.nowNs)
  }
}
