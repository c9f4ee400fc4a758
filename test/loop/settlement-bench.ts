// The ladder with one order that was sent at 100 s, 100 at a price of 10; its venue answers when
// and what a test says, and time passes when a test waits.
import { Outcome } from '#core/outcome.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, NS_PER_MS, NS_PER_S, type MonoNs } from '#core/units.ts'
import { ListingTokens } from '#loop/listing-tokens.ts'
import { Settlement, type SettlementParts } from '#loop/settlement.ts'
import { clientIdHi, clientIdLo, clientIdText } from '#order/client-order-id.ts'
import { FillLedger } from '#order/fill-ledger.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { ORDER_STATE_NAMES, OrderEvent } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { VenueEvent, type VenueEventKind } from '#order/venue-event.ts'
import { FakeAccount } from './fake-account.ts'

class LadderAccount extends FakeAccount {
  override requestFills(instrument: number, after: string, sinceUs: number, token: number) {
    if (after !== '') throw new Error('the ladder lists trades by time alone')
    return super.requestFills(instrument, after, sinceUs, token)
  }
}

export function bench(task = 0) {
  const orders = new OrderTable(16)
  const live = new LiveOrders(orders)
  const timers = new TimerWheel(64)
  const tokens = new ListingTokens()
  const account = new LadderAccount(orders)
  /** The codes of warnings and alarms. */
  const alarms: string[] = []
  /** Whatever a person is told, in full. */
  const notices: string[] = []
  /** What order truth found wrong. */
  const anomalies: string[] = []
  const fills = new FillLedger()
  const clock = { nowNs: monoNs(100 * NS_PER_S) }
  const parts: SettlementParts = {
    orders,
    live,
    timers,
    tokens,
    notices: {
      notice: (level, code, text) => {
        notices.push(`${level} ${code} ${text}`)
        if (level !== 'info') alarms.push(code)
      },
    },
    accountOf: () => account,
    journal: { operatorVerdict: () => Outcome.Ok },
    instruments: { count: 1 },
    cancel: (order, _cause, _nowNs) => account.cancel(order) === Outcome.Ok,
  }
  const settlement = new Settlement(parts)
  const truth = new OrderTruth({
    orders,
    live,
    fills,
    positions: new PositionLedger(),
    instance: 1,
    taskOf: () => task,
    listener: {
      onOrderChanged: () => {},
      onFill: () => {},
      onNeedsQuery: (order, nowNs) => settlement.needsQuery(order, nowNs),
      onOwedFills: (order, nowNs) => settlement.owedFills(order, nowNs),
      onAdopted: () => {},
      onAnomaly: (code) => anomalies.push(code),
      onUnmatchedFill: () => {},
    },
  })
  settlement.bind(truth)
  const send = (sequence: number): number => {
    const sent = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, sequence))
    orders.setTask(sent, task)
    orders.setQtyUnits(sent, 100)
    orders.setPriceUnits(sent, 10)
    orders.setCreatedNs(sent, clock.nowNs)
    truth.enter(sent, OrderEvent.Send, 0, clock.nowNs)
    return sent
  }
  const order = send(0)
  const id = clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))

  const tell = (kind: VenueEventKind, more: Partial<VenueEvent> = {}) => {
    const ids = { clientIdHi: orders.clientIdHi(order), clientIdLo: orders.clientIdLo(order) }
    truth.apply(
      Object.assign(new VenueEvent(), { kind, instrument: 0, ...ids, ...more }),
      clock.nowNs,
    )
  }
  const wait = (seconds: number) => {
    const end = clock.nowNs + seconds * NS_PER_S
    while (clock.nowNs < end) {
      clock.nowNs = monoNs(Math.min(end, clock.nowNs + 5 * NS_PER_MS))
      timers.advance(clock.nowNs)
    }
  }
  /** The venue ends the oldest question, with or without "not found". */
  const answer = (isFound: boolean, complete = true) => {
    if (!isFound) settlement.notFound(orders.clientIdHi(order), orders.clientIdLo(order))
    tokens.end(account.tokens.shift()!, complete, clock.nowNs)
  }
  /** We do something with the order ourselves. */
  const enter = (event: OrderEvent) => truth.enter(order, event, 0, clock.nowNs)
  const now = (): MonoNs => clock.nowNs
  const state = () => ORDER_STATE_NAMES[orders.state(order)]
  const told = { alarms, notices, anomalies }
  const acts = { send, tell, wait, answer, enter, now, state }
  return {
    orders,
    order,
    id,
    live,
    account,
    fills,
    settlement,
    truth,
    tokens,
    parts,
    ...told,
    ...acts,
  }
}
