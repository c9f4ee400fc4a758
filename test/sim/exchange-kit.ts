// An exchange with a market moved by hand, and books and tapes as text tables.
import { textFromUnits, unitsFromText } from '#core/decimal.ts'
import { Side, SIDE_NAMES } from '#core/units.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import type {
  ExchangeListener,
  SimBalance,
  SimOrder,
  SimOrderRequest,
  SimRefusal,
  SimTrade,
} from '#sim/exchange-types.ts'
import { Exchange, type ExchangeOptions } from '#sim/exchange.ts'
import type { MarketDesk, MarketSource } from '#sim/market-source.ts'
import { spotInstrument } from '#sim/spot-instrument.ts'

export const BTC = spotInstrument('BTC', 'USDT', 2, 5)

export const price = (text: string): number => unitsFromText(text, BTC.priceScale, 'price')
export const qty = (text: string): number => unitsFromText(text, BTC.qtyScale, 'qty')
const priceText = (units: number): string => textFromUnits(units, BTC.priceScale)
const qtyText = (units: number): string => textFromUnits(units, BTC.qtyScale)

/** A market source that does what the test says, when it says so. */
export class HandMarket implements MarketSource {
  #desk: MarketDesk | undefined
  readonly #opening: string

  /** Levels to open with: `sell 100.01 2` a line. */
  constructor(opening = '') {
    this.#opening = opening
  }

  open(desk: MarketDesk): void {
    this.#desk = desk
    this.show(this.#opening)
  }

  nextEventUs(): number {
    return Infinity
  }

  step(): void {}

  /** Sets market quantities, a line each: `buy 99.99 0` withdraws a level. */
  show(levels: string, nowUs = 0): void {
    for (const [side, at, units] of rowsOf(levels)) {
      this.desk.setMarket(sideOf(side), price(at ?? ''), qty(units ?? ''), nowUs)
    }
  }

  take(aggressor: Side, limit: string, units: string, nowUs = 0): string {
    return qtyText(this.desk.take(aggressor, price(limit), qty(units), nowUs))
  }

  print(aggressor: Side, at: string, units: string, nowUs = 0): void {
    this.desk.print(aggressor, price(at), qty(units), nowUs)
  }

  get desk(): MarketDesk {
    if (this.#desk === undefined) throw new Error('the market is not open')
    return this.#desk
  }
}

/** Everything an exchange tells, one line an event, in order. */
export class Tape implements ExchangeListener {
  readonly lines: string[] = []

  onOrderNew(order: SimOrder): void {
    this.lines.push(`new ${order.clientOrderId}`)
  }

  onOrderTrade(order: SimOrder, trade: SimTrade): void {
    const role = trade.isMaker ? 'maker' : 'taker'
    const what = `${qtyText(trade.qtyUnits)}@${priceText(trade.priceUnits)}`
    this.lines.push(`fill ${order.clientOrderId} ${what} #${trade.tradeId} ${role} ${order.status}`)
  }

  onOrderDone(order: SimOrder): void {
    this.lines.push(`done ${order.clientOrderId} ${order.status}`)
  }

  onBalances(account: string, changed: readonly SimBalance[]): void {
    const rows = changed.map(({ asset, free, locked }) => `${asset} ${free}+${locked}`)
    this.lines.push(`balances ${account} ${rows.join(', ')}`)
  }

  onPublicTrade(
    _symbol: string,
    tradeId: number,
    priceUnits: number,
    qtyUnits: number,
    aggressor: Side,
  ): void {
    const what = `${qtyText(qtyUnits)}@${priceText(priceUnits)}`
    this.lines.push(`trade ${what} #${tradeId} ${SIDE_NAMES[aggressor]}`)
  }

  onLevel(
    _symbol: string,
    side: Side,
    priceUnits: number,
    qtyUnits: number,
    updateId: number,
  ): void {
    const what = `${priceText(priceUnits)} ${qtyText(qtyUnits)}`
    this.lines.push(`level ${SIDE_NAMES[side]} ${what} u${updateId}`)
  }

  /** Lines since the last call, those that begin with one of the words. */
  take(...words: string[]): string[] {
    const lines = this.lines.splice(0)
    if (words.length === 0) return lines
    return lines.filter((line) => words.some((word) => line.startsWith(word)))
  }
}

export const RICH = { BTC: '100', USDT: '1000000' }

export interface Venue {
  readonly exchange: Exchange
  readonly market: HandMarket
  readonly tape: Tape
  /** `ann sell 100.01 0.5 [ioc|fok|post|market]`; the client id counts up: c1, c2 … */
  readonly place: (text: string) => SimOrder | SimRefusal
  readonly cancel: (account: string, clientOrderId: string) => SimOrder | SimRefusal
}

export function openVenue(opening: string, options: Partial<ExchangeOptions> = {}): Venue {
  const market = new HandMarket(opening)
  const exchange = new Exchange({
    markets: [{ instrument: BTC, source: market }],
    balances: { ann: RICH, bob: RICH },
    startUs: 0,
    ...options,
  })
  const tape = new Tape()
  exchange.attach(tape)
  let count = exchange.orders('ann', BTC.symbol).length + exchange.orders('bob', BTC.symbol).length
  return {
    exchange,
    market,
    tape,
    place: (text) => exchange.place(requestOf(text, `c${++count}`), 0),
    cancel: (account, clientOrderId) => exchange.cancel(account, BTC.symbol, { clientOrderId }, 0),
  }
}

export function requestOf(text: string, clientOrderId: string): SimOrderRequest {
  const [account = '', side = '', at = '', units = '', how = ''] = text.split(' ')
  const isMarket = how === 'market'
  const type = how === 'post' ? OrderType.LimitMaker : OrderType.Limit
  const timeInForce =
    how === 'ioc' ? TimeInForce.Ioc : how === 'fok' ? TimeInForce.Fok : TimeInForce.Gtc
  return {
    account,
    symbol: BTC.symbol,
    clientOrderId,
    side: sideOf(side),
    type: isMarket ? OrderType.Market : type,
    timeInForce,
    priceUnits: isMarket ? 0 : price(at),
    qtyUnits: qty(units),
  }
}

const row = (side: string, [at, units]: readonly [number, number]): string =>
  `${side} ${priceText(at)} ${qtyText(units)}`

/** The public book, asks above bids, best at the middle. */
export function bookText(exchange: Exchange): string[] {
  const { bids, asks } = exchange.depth(BTC.symbol, 100)
  return [
    ...asks.toReversed().map((level) => row('sell', level)),
    ...bids.map((level) => row('buy', level)),
  ]
}

export const balanceText = (exchange: Exchange, account: string): string =>
  exchange
    .balances(account)
    .map(({ asset, free, locked }) => `${asset} ${free}+${locked}`)
    .join(', ')

const sideOf = (text: string | undefined): Side => (text === 'buy' ? Side.Buy : Side.Sell)

const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/))
