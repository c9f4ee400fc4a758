// The one place where an order's life changes: written to the ledger, then applied, then told.
//
// Every change goes through apply…, which restoring uses as well, so that a venue that died and
// came back cannot differ from one that lived on. Matching decides *that* something trades;
// nothing here looks at a book.
import { assert } from '#core/assert.ts'
import { Side } from '#core/units.ts'
import { OrderType } from '#order/order-codes.ts'
import { Accounts, moneyFromText, moneyText } from './accounts.ts'
import type { ExchangeListener, SimInstrument, SimOrder, SimTrade } from './exchange-types.ts'
import {
  baseMoney,
  feeOf,
  feeRate,
  notionalMoney,
  paidAsset,
  receivedAsset,
  type FeeBps,
} from './fees.ts'
import { OrderRecords } from './order-records.ts'
import { leavesUnits } from './price-levels.ts'
import type {
  AccountLine,
  DoneLine,
  FillNote,
  LedgerLine,
  LedgerStore,
  OrderLine,
  TradeLine,
} from './venue-ledger.ts'

export interface Execution {
  readonly tradeId: number
  readonly priceUnits: number
  readonly qtyUnits: number
  readonly timeUs: number
}

export class Settlement {
  readonly accounts = new Accounts()
  readonly records = new OrderRecords()
  readonly #store: LedgerStore
  readonly #makerRate: bigint
  readonly #takerRate: bigint
  readonly #listeners: ExchangeListener[] = []

  constructor(store: LedgerStore, fees: FeeBps) {
    this.#store = store
    this.#makerRate = feeRate(fees.maker)
    this.#takerRate = feeRate(fees.taker)
  }

  attach(listener: ExchangeListener): void {
    this.#listeners.push(listener)
  }

  /** Whoever is to be told; matching tells trades and levels to the same. */
  get listeners(): readonly ExchangeListener[] {
    return this.#listeners
  }

  write(line: LedgerLine): void {
    this.#store.append(JSON.stringify(line))
  }

  openAccount(account: string, balances: Readonly<Record<string, string>>): void {
    const line: AccountLine = { kind: 'account', account, balances }
    this.applyAccount(line)
    this.write(line)
    this.accounts.takeChanged(account)
  }

  accept(line: OrderLine, instrument: SimInstrument): SimOrder {
    this.write(line)
    const order = this.applyOrder(line, instrument)
    for (const listener of this.#listeners) listener.onOrderNew(order)
    this.#tellBalances(order.account, line.timeUs)
    return order
  }

  /** Books one execution for whichever of its sides are ours; the maker is told first. */
  trade(
    instrument: SimInstrument,
    execution: Execution,
    maker: SimOrder | undefined,
    taker: SimOrder | undefined,
  ): void {
    if (maker === undefined && taker === undefined) return
    const fills: FillNote[] = []
    if (maker !== undefined) fills.push(this.#fillNote(instrument, execution, maker, true))
    if (taker !== undefined) fills.push(this.#fillNote(instrument, execution, taker, false))
    const line: TradeLine = { kind: 'trade', symbol: instrument.symbol, ...execution, fills }
    this.write(line)
    const trades = this.applyTrade(line, instrument)
    for (const trade of trades) this.#tellTrade(trade)
  }

  finish(order: SimOrder, status: 'cancelled' | 'expired', timeUs: number): void {
    const line: DoneLine = { kind: 'done', orderId: order.orderId, status, timeUs }
    this.write(line)
    this.applyDone(line)
    for (const listener of this.#listeners) listener.onOrderDone(order)
    this.#tellBalances(order.account, timeUs)
  }

  applyAccount(line: AccountLine): void {
    this.accounts.open(line.account)
    for (const [asset, text] of Object.entries(line.balances)) {
      this.accounts.credit(line.account, asset, moneyFromText(text, `${line.account} ${asset}`))
    }
  }

  applyOrder(line: OrderLine, instrument: SimInstrument): SimOrder {
    const { kind: _kind, lock, timeUs, ...fixed } = line
    const order: SimOrder = {
      ...fixed,
      filledUnits: 0,
      quoteUnits: 0n,
      status: 'new',
      createdUs: timeUs,
      updatedUs: timeUs,
    }
    const asset = paidAsset(instrument, order.side)
    this.accounts.lock(order.orderId, order.account, asset, moneyFromText(lock, 'order lock'))
    this.records.add(order)
    return order
  }

  applyTrade(line: TradeLine, instrument: SimInstrument): readonly SimTrade[] {
    return line.fills.map((fill) => this.#applyFill(line, fill, instrument))
  }

  applyDone(line: DoneLine): void {
    const order = this.#order(line.orderId)
    order.status = line.status
    order.updatedUs = line.timeUs
    this.#close(order)
  }

  #applyFill(line: TradeLine, fill: FillNote, instrument: SimInstrument): SimTrade {
    const order = this.#order(fill.orderId)
    const { priceUnits, qtyUnits, timeUs } = line
    assert(qtyUnits <= leavesUnits(order), 'an order never fills beyond its quantity')
    order.filledUnits += qtyUnits
    order.quoteUnits += BigInt(priceUnits) * BigInt(qtyUnits)
    order.status = leavesUnits(order) === 0 ? 'filled' : 'partially_filled'
    order.updatedUs = timeUs
    this.#move(order, line, fill.fee, instrument)
    const trade: SimTrade = {
      tradeId: line.tradeId,
      orderId: order.orderId,
      account: order.account,
      symbol: order.symbol,
      side: order.side,
      priceUnits,
      qtyUnits,
      fee: fill.fee,
      feeAsset: receivedAsset(instrument, order.side),
      isMaker: fill.isMaker,
      timeUs,
    }
    this.records.addTrade(trade)
    if (order.status === 'filled') this.#close(order)
    return trade
  }

  /** Pays out of the order's lock, receives the other asset less the fee. */
  #move(order: SimOrder, line: TradeLine, fee: string, instrument: SimInstrument): void {
    const base = baseMoney(instrument, line.qtyUnits)
    const quote = notionalMoney(instrument, line.priceUnits, line.qtyUnits)
    const isBuy = order.side === Side.Buy
    const paid = isBuy ? quote : base
    this.accounts.pay(order.orderId, paid, this.#stillNeeded(order, paid, instrument))
    const received = (isBuy ? base : quote) - moneyFromText(fee, 'fee')
    this.accounts.credit(order.account, receivedAsset(instrument, order.side), received)
  }

  #stillNeeded(order: SimOrder, paid: bigint, instrument: SimInstrument): bigint {
    if (order.type === OrderType.Market) return this.accounts.lockedBy(order.orderId) - paid
    return lockMoney(instrument, order.side, order.priceUnits, leavesUnits(order))
  }

  #close(order: SimOrder): void {
    this.accounts.release(order.orderId)
    this.records.close(order)
  }

  #fillNote(
    instrument: SimInstrument,
    execution: Execution,
    order: SimOrder,
    isMaker: boolean,
  ): FillNote {
    const received =
      order.side === Side.Buy
        ? baseMoney(instrument, execution.qtyUnits)
        : notionalMoney(instrument, execution.priceUnits, execution.qtyUnits)
    const fee = feeOf(received, isMaker ? this.#makerRate : this.#takerRate)
    return { orderId: order.orderId, isMaker, fee: moneyText(fee) }
  }

  #order(orderId: number): SimOrder {
    const order = this.records.byId(orderId)
    assert(order !== undefined, 'a ledger line names a known order')
    return order
  }

  #tellTrade(trade: SimTrade): void {
    const order = this.#order(trade.orderId)
    for (const listener of this.#listeners) listener.onOrderTrade(order, trade)
    this.#tellBalances(trade.account, trade.timeUs)
  }

  #tellBalances(account: string, timeUs: number): void {
    const changed = this.accounts.takeChanged(account)
    if (changed.length === 0) return
    for (const listener of this.#listeners) listener.onBalances(account, changed, timeUs)
  }
}

/** What an order at this price may cost: quote for a buy, base for a sell. */
export function lockMoney(
  instrument: SimInstrument,
  side: Side,
  priceUnits: number,
  qtyUnits: number,
): bigint {
  return side === Side.Buy
    ? notionalMoney(instrument, priceUnits, qtyUnits)
    : baseMoney(instrument, qtyUnits)
}
