// The embedded venue's truth: accounts, orders and one matching desk per instrument, moved by the
// time it is given.
//
//   new Exchange(options: ExchangeOptions)        implements SimExchange (exchange-types.ts)
//   attach(listener: ExchangeListener): void      several may listen; told in order of attaching
//   setStatus(symbol, 'TRADING' | 'HALT'): void   a halt refuses orders; cancels still work
//
// What a front may rely on beyond the contract:
// - Causal order inside place(): onOrderNew, onBalances (lock), then for each piece that trades
//   onOrderTrade (+ onBalances) of the maker, of the taker, onPublicTrade; onLevel of each level
//   once its trades are told; onLevel where the rest joined, or onOrderDone (+ onBalances).
// - onOrderDone is told for 'cancelled' and 'expired'. A filled order ends with the onOrderTrade
//   in which `order.status` is 'filled'; nothing follows.
// - A fill's tradeId is the id of the public trade it belongs to. Ids are per instrument.
// - updateId grows by exactly one with every onLevel of an instrument; depth().lastUpdateId is the
//   last one told. A front that numbers a diff U = previous u + 1 … u = last onLevel is gap-free.
// - place() and cancel() first advance the market to `nowUs`; time never runs back.
// - SimOrder objects are live: copy what must not change. Listeners must not call place or cancel.
import { assert } from '#core/assert.ts'
import { EngineError } from '#core/engine-error.ts'
import { Side } from '#core/units.ts'
import { OrderType } from '#order/order-codes.ts'
import { moneyFromText, MONEY_SCALE, moneyText } from './accounts.ts'
import type {
  ExchangeListener,
  SimBalance,
  SimDepth,
  SimExchange,
  SimInstrument,
  SimOrder,
  SimOrderRef,
  SimOrderRequest,
  SimRefusal,
  SimTrade,
} from './exchange-types.ts'
import { FEES_BPS_DEFAULT, paidAsset, quoteMoney, type FeeBps } from './fees.ts'
import { IdBlock } from './id-block.ts'
import { InstrumentDesk } from './instrument-desk.ts'
import { replayLedger, type RestoredIds } from './ledger-replay.ts'
import { ledgerView, type LedgerView } from './ledger-view.ts'
import type { MarketSource } from './market-source.ts'
import {
  filterRefusal,
  REFUSED_ACCOUNT,
  REFUSED_BALANCE,
  REFUSED_DUPLICATE,
  REFUSED_SYMBOL,
  REFUSED_UNKNOWN,
  REFUSED_WOULD_TAKE,
} from './order-filters.ts'
import { isOpen } from './order-records.ts'
import { lockMoney, Settlement } from './settlement.ts'
import { FORGETFUL_STORE, type LedgerStore } from './venue-ledger.ts'

export interface ExchangeOptions {
  /** What is listed, and what drives each; without a source only our own orders trade. */
  readonly markets: readonly {
    readonly instrument: SimInstrument
    readonly source?: MarketSource
  }[]
  /** account → asset → decimal text; an account that the ledger knows keeps what it has. */
  readonly balances: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly fees?: FeeBps
  /** Venue time of the opening, µs. */
  readonly startUs: number
  /** Where the venue remembers; default nowhere. */
  readonly store?: LedgerStore
  /** Lines that an earlier life wrote. */
  readonly restoreFrom?: readonly string[]
}

interface Market {
  readonly desk: InstrumentDesk
  readonly source: MarketSource | undefined
}

export class Exchange implements SimExchange {
  readonly #settlement: Settlement
  readonly #markets = new Map<string, Market>()
  #orderIds: number
  #nowUs: number

  /** @throws EngineError `bad_instrument`, `bad_balance`, `bad_fee`, `ledger_corrupt`. */
  constructor(options: ExchangeOptions) {
    const instruments = options.markets.map((market) => market.instrument)
    for (const instrument of instruments) requireInstrument(instrument)
    this.#settlement = new Settlement(
      options.store ?? FORGETFUL_STORE,
      options.fees ?? FEES_BPS_DEFAULT,
    )
    this.#nowUs = options.startUs
    const restored = replayLedger(options.restoreFrom ?? [], instruments, this.#settlement)
    this.#orderIds = restored.orders
    this.#openAccounts(options.balances)
    for (const { instrument, source } of options.markets) this.#list(instrument, source, restored)
    this.#reopenOrders()
    for (const { desk, source } of this.#markets.values()) source?.open(desk)
  }

  attach(listener: ExchangeListener): void {
    this.#settlement.attach(listener)
  }

  get instruments(): readonly SimInstrument[] {
    return [...this.#markets.values()].map((market) => market.desk.instrument)
  }

  /** @throws EngineError `unknown_symbol`. */
  setStatus(symbol: string, status: SimInstrument['status']): void {
    this.#market(symbol).desk.setStatus(status)
  }

  advanceTo(nowUs: number): void {
    for (;;) {
      const next = this.#nextMarket()
      if (next === undefined || next.source.nextEventUs() > nowUs) break
      this.#nowUs = Math.max(this.#nowUs, next.source.nextEventUs())
      next.source.step(next.desk)
    }
    this.#nowUs = Math.max(this.#nowUs, nowUs)
  }

  nextEventUs(): number {
    return this.#nextMarket()?.source.nextEventUs() ?? Infinity
  }

  place(request: SimOrderRequest, nowUs: number): SimOrder | SimRefusal {
    this.advanceTo(nowUs)
    const desk = this.#markets.get(request.symbol)?.desk
    if (desk === undefined) return REFUSED_SYMBOL
    if (!this.#settlement.accounts.has(request.account)) return REFUSED_ACCOUNT
    const marketPriceUnits = desk.marketPriceUnits(request.side)
    const refused = filterRefusal(desk.instrument, request, marketPriceUnits)
    if (refused !== undefined) return refused
    if (this.#isOpenClientId(request)) return REFUSED_DUPLICATE
    const lock = lockOf(desk, request)
    const asset = paidAsset(desk.instrument, request.side)
    if (lock > this.#settlement.accounts.free(request.account, asset)) return REFUSED_BALANCE
    const isPostOnly = request.type === OrderType.LimitMaker
    if (isPostOnly && desk.wouldTake(request.side, request.priceUnits)) return REFUSED_WOULD_TAKE
    return this.#accept(desk, request, lock)
  }

  cancel(account: string, symbol: string, ref: SimOrderRef, nowUs: number): SimOrder | SimRefusal {
    this.advanceTo(nowUs)
    const order = this.order(account, symbol, ref)
    if (order === undefined || !isOpen(order)) return REFUSED_UNKNOWN
    this.#market(symbol).desk.withdraw(order, this.#nowUs)
    return order
  }

  order(account: string, symbol: string, ref: SimOrderRef): SimOrder | undefined {
    return this.#settlement.records.find(account, symbol, ref)
  }

  openOrders(account: string, symbol?: string): readonly SimOrder[] {
    return this.#settlement.records.openOrders(account, symbol)
  }

  orders(account: string, symbol: string): readonly SimOrder[] {
    return this.#settlement.records.orders(account, symbol)
  }

  trades(account: string, symbol: string): readonly SimTrade[] {
    return this.#settlement.records.trades(account, symbol)
  }

  balances(account: string): readonly SimBalance[] {
    return this.#settlement.accounts.balances(account)
  }

  /** @throws EngineError `unknown_symbol`. */
  depth(symbol: string, levels: number): SimDepth {
    return this.#market(symbol).desk.depth(levels)
  }

  ledger(): LedgerView {
    return ledgerView(this.#settlement, this.instruments)
  }

  #accept(desk: InstrumentDesk, request: SimOrderRequest, lock: bigint): SimOrder {
    this.#orderIds++
    const line = {
      kind: 'order',
      orderId: this.#orderIds,
      account: request.account,
      symbol: request.symbol,
      clientOrderId: request.clientOrderId,
      side: request.side,
      type: request.type,
      timeInForce: request.timeInForce,
      priceUnits: request.type === OrderType.Market ? 0 : request.priceUnits,
      qtyUnits: request.qtyUnits,
      lock: moneyText(lock),
      timeUs: this.#nowUs,
    } as const
    const order = this.#settlement.accept(line, desk.instrument)
    desk.execute(order, this.#nowUs)
    return order
  }

  #isOpenClientId(request: SimOrderRequest): boolean {
    const { clientOrderId } = request
    const earlier = this.order(request.account, request.symbol, { clientOrderId })
    return earlier !== undefined && isOpen(earlier)
  }

  #openAccounts(balances: ExchangeOptions['balances']): void {
    for (const [account, assets] of Object.entries(balances)) {
      if (!this.#settlement.accounts.has(account)) this.#settlement.openAccount(account, assets)
    }
  }

  #list(instrument: SimInstrument, source: MarketSource | undefined, restored: RestoredIds): void {
    const { symbol, priceScale, qtyScale } = instrument
    if (!restored.listed.has(symbol)) {
      this.#settlement.write({ kind: 'listing', symbol, priceScale, qtyScale })
    }
    const trades = new IdBlock(restored.trades.get(symbol) ?? 0, () => reserve(trades))
    const updates = new IdBlock(restored.updates.get(symbol) ?? 0, () => reserve(updates))
    const reserve = (block: IdBlock): void => {
      block.extend()
      this.#settlement.write({
        kind: 'ids',
        symbol,
        tradeIds: trades.ceiling,
        updateIds: updates.ceiling,
      })
    }
    const desk = new InstrumentDesk(instrument, this.#settlement, { trades, updates })
    this.#markets.set(symbol, { desk, source })
  }

  /**
   * Open orders of an earlier life go back to work in the order they came, first at their level:
   * the market before them is gone. What cannot rest was killed half way and expires.
   */
  #reopenOrders(): void {
    const open = [...this.#settlement.records.all()].filter(isOpen)
    for (const order of open) this.#market(order.symbol).desk.execute(order, this.#nowUs)
  }

  #market(symbol: string): Market {
    const market = this.#markets.get(symbol)
    if (market === undefined) {
      throw new EngineError('unknown_symbol', `${symbol} is not listed on the embedded venue`)
    }
    return market
  }

  #nextMarket(): { desk: InstrumentDesk; source: MarketSource } | undefined {
    let next: { desk: InstrumentDesk; source: MarketSource } | undefined
    for (const { desk, source } of this.#markets.values()) {
      if (source === undefined) continue
      const isEarlier = source.nextEventUs() < (next?.source.nextEventUs() ?? Infinity)
      if (isEarlier) next = { desk, source }
    }
    return next
  }
}

/** A market buy locks exactly what it will pay: matching follows at once, nothing comes between. */
function lockOf(desk: InstrumentDesk, request: SimOrderRequest): bigint {
  const { instrument } = desk
  const { side, priceUnits, qtyUnits, account } = request
  if (request.type === OrderType.Market && side === Side.Buy) {
    return quoteMoney(instrument, desk.sweep(side, Infinity, qtyUnits, account).quoteUnits)
  }
  return lockMoney(instrument, side, priceUnits, qtyUnits)
}

function requireInstrument(instrument: SimInstrument): void {
  const { symbol, tickUnits, lotUnits } = instrument
  const isFine = instrument.priceScale + instrument.qtyScale <= MONEY_SCALE
  if (!isFine) {
    throw new EngineError(
      'bad_instrument',
      `${symbol}: price and quantity have more than ${MONEY_SCALE} decimals together`,
    )
  }
  for (const step of [tickUnits, lotUnits]) {
    assert(Number.isSafeInteger(step) && step > 0, 'tick and lot are whole and positive')
  }
  moneyFromText(instrument.minNotional, `minNotional of ${symbol}`)
}
