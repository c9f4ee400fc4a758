// A risk gate over tables that a test fills, with orders written as a trader says them:
// `buy 0.1 @ 60000`, `sell 1 @ 2000 of ETH/USDT`, `buy 0.1 @ 60000 on account 1 for task 2`.
import { type Outcome, OUTCOME_NAMES } from '#core/outcome.ts'
import { unitsFromText } from '#core/decimal.ts'
import { monoNs, NS_PER_S, priceUnits, qtyUnits, Side, type MonoNs } from '#core/units.ts'
import { InstrumentStatus, InstrumentTable, type Instrument } from '#market/instrument.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { Intent } from '#order/intent.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { RiskGate } from '#risk/gate.ts'
import type { RiskSettings } from '#risk/limits.ts'

export const NOW = monoNs(10 * NS_PER_S)

const ORDER = /^(buy|sell) (\S+) @ (\S+)(?: of (\S+))?(?: on account (\d+))?(?: for task (\d+))?$/

/** BTC/USDT has tick 0.01 and lot 0.00001, ETH/USDT tick 0.1 and lot 0.001. */
const LISTED = [
  { symbol: 'BTC/USDT', baseAsset: 'BTC', priceScale: 2, qtyScale: 5 },
  { symbol: 'ETH/USDT', baseAsset: 'ETH', priceScale: 1, qtyScale: 3 },
] as const

export function instrumentTable(): InstrumentTable {
  const instruments = new InstrumentTable()
  for (const listed of LISTED) {
    instruments.put({
      ...listed,
      market: 'test_spot',
      venueSymbol: listed.symbol.replace('/', ''),
      quoteAsset: 'USDT',
      tickUnits: priceUnits(1),
      lotUnits: qtyUnits(1),
      minQtyUnits: qtyUnits(1),
      maxQtyUnits: qtyUnits(900_000_000),
      minNotional: '5',
      status: InstrumentStatus.Trading,
    })
  }
  return instruments
}

/** BTC/USDT trades around 60000 and ETH/USDT around 2000; no limit binds unless it is set. */
export function gateBench(settings: Partial<RiskSettings> = {}) {
  const instruments = instrumentTable()
  const orders = new OrderTable(64)
  const live = new LiveOrders(orders)
  const positions = new PositionLedger()
  const world = {
    isTradable: true,
    /** What the gate asked of the books: instrument, time, largest age. */
    asked: [] as (readonly number[])[],
    mids: ['60000', '2000'],
    totals: new Map<number, number>(),
    filled: new Map<number, number>(),
  }
  const gate = new RiskGate({
    settings: {
      maxPosition: {},
      priceCollarBps: 500,
      ordersPerSecond: 20,
      maxOpenOrders: 200,
      ...settings,
    },
    instruments,
    orders,
    live,
    positions,
    market: {
      isTradable: (...question) => {
        world.asked.push(question)
        return world.isTradable
      },
      mid: (i) => unitsFromText(world.mids[i]!, instruments.at(i).priceScale, 'mid'),
    },
    tasks: {
      totalUnits: (task) => world.totals.get(task) ?? 1e12,
      filledUnits: (task) => world.filled.get(task) ?? 0,
    },
    bookAgeMaxNs: 5 * NS_PER_S,
  })
  let sequence = 0
  /** Puts an order on the venue's book; a terminal one still counts while fills are owed. */
  const stand = (text: string, state: OrderState = OrderState.Open) => {
    const said = read(text, instruments)
    const order = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, sequence++))
    orders.setTask(order, said.task)
    orders.setAccount(order, said.account)
    orders.setInstrument(order, said.instrument.index)
    orders.setSide(order, said.side)
    orders.setQtyUnits(order, said.qty)
    orders.setPriceUnits(order, said.price)
    orders.setState(order, state)
    live.add(order)
    return order
  }
  const outcome = (text: string, nowNs: MonoNs = NOW): Outcome => {
    const said = read(text, instruments)
    const intent = new Intent()
    intent.index = said.task
    intent.account = said.account
    intent.instrument = said.instrument.index
    intent.side = said.side
    intent.qty = said.qty
    intent.price = said.price
    return gate.check(intent, nowNs)
  }
  /** `ok`, or the rule that refused. */
  const check = (text: string, nowNs: MonoNs = NOW): string =>
    outcome(text, nowNs) === 0 ? 'ok' : gate.refusal.rule
  /** `ok`, or what the caller does about it and why: `refused max_position 1.5 / 1`. */
  const answer = (text: string): string => {
    const name = OUTCOME_NAMES[outcome(text)]
    const { rule, value, limit } = gate.refusal
    return name === 'ok' ? name : `${name} ${rule} ${rounded(value)} / ${rounded(limit)}`
  }
  return { gate, orders, live, positions, world, stand, check, answer }
}

/** To eight digits: what a person compares, without the noise of doubles. */
const rounded = (value: number): number => Number(value.toPrecision(8))

interface SaidOrder {
  readonly side: Side
  readonly qty: number
  readonly price: number
  readonly instrument: Instrument
  readonly account: number
  readonly task: number
}

function read(text: string, instruments: InstrumentTable): SaidOrder {
  const match = ORDER.exec(text)
  if (match === null) throw new Error(`not an order: ${text}`)
  const [, side, qty, price, symbol = 'BTC/USDT', account = '0', task = '0'] = match
  const instrument = instruments.find('test_spot', symbol)
  if (instrument === undefined) throw new Error(`not listed: ${symbol}`)
  return {
    side: side === 'buy' ? Side.Buy : Side.Sell,
    qty: unitsFromText(qty!, instrument.qtyScale, 'quantity'),
    price: unitsFromText(price!, instrument.priceScale, 'price'),
    instrument,
    account: Number(account),
    task: Number(task),
  }
}
