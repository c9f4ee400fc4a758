// Matches one instrument: our orders against each other and against the market's quantity.
//
// Price first, then the queue at the price. A taker and a maker of one account never trade: the
// maker expires (EXPIRE_MAKER, the venue's default on BTCUSDT). Each piece that trades is one
// public trade with one id, and our fill carries that id. Each level that changed is told once,
// after the trades that changed it, under the next update id.
// The desk does not refuse: exchange.ts has checked filters, money and post-only before.
import { assert } from '#core/assert.ts'
import { oppositeSide, Side } from '#core/units.ts'
import { OrderType, TimeInForce } from '#order/order-codes.ts'
import type { SimDepth, SimInstrument, SimOrder } from './exchange-types.ts'
import type { IdBlock } from './id-block.ts'
import type { MarketDesk } from './market-source.ts'
import { MatchingBook, type Sweep } from './matching-book.ts'
import { leavesUnits, type PriceLevel, type PriceLevels } from './price-levels.ts'
import type { Settlement } from './settlement.ts'

export interface DeskIds {
  readonly trades: IdBlock
  readonly updates: IdBlock
}

export class InstrumentDesk implements MarketDesk {
  #instrument: SimInstrument
  readonly #settlement: Settlement
  readonly #ids: DeskIds
  readonly #book = new MatchingBook()
  #lastPriceUnits: number | undefined

  constructor(instrument: SimInstrument, settlement: Settlement, ids: DeskIds) {
    this.#instrument = instrument
    this.#settlement = settlement
    this.#ids = ids
  }

  get instrument(): SimInstrument {
    return this.#instrument
  }

  setStatus(status: SimInstrument['status']): void {
    this.#instrument = { ...this.#instrument, status }
  }

  /** What values a market order before it trades: the last public trade, else the touch. */
  marketPriceUnits(side: Side): number | undefined {
    return this.#lastPriceUnits ?? this.#book.against(side).best()?.priceUnits
  }

  wouldTake(side: Side, priceUnits: number): boolean {
    return this.#book.reachable(side, priceUnits) !== undefined
  }

  sweep(side: Side, limitUnits: number, qtyUnits: number, account: string): Sweep {
    return this.#book.sweep(side, limitUnits, qtyUnits, account)
  }

  depth(levelsMax: number): SimDepth {
    return this.#book.depth(levelsMax, this.#ids.updates.last)
  }

  /** Trades an accepted order as far as it reaches; the rest joins the book or expires. */
  execute(order: SimOrder, nowUs: number): void {
    const limitUnits = limitOf(order)
    const isFillOrKill = order.timeInForce === TimeInForce.Fok && order.type === OrderType.Limit
    const wanted = leavesUnits(order)
    const isShort = (): boolean =>
      this.#book.sweep(order.side, limitUnits, wanted, order.account).qtyUnits < wanted
    if (isFillOrKill && isShort()) {
      this.#settlement.finish(order, 'expired', nowUs)
      return
    }
    this.#match(order.side, limitUnits, wanted, order, nowUs)
    if (leavesUnits(order) === 0) return
    if (!canRest(order)) {
      this.#settlement.finish(order, 'expired', nowUs)
      return
    }
    this.#tellLevel(order.side, this.#book.rest(order))
  }

  withdraw(order: SimOrder, nowUs: number): void {
    const level = this.#book.remove(order)
    this.#settlement.finish(order, 'cancelled', nowUs)
    this.#tellLevel(order.side, level)
  }

  setMarket(side: Side, priceUnits: number, qtyUnits: number, nowUs: number): void {
    const levels = this.#book.side(side)
    const heldUnits = levels.find(priceUnits)?.marketUnits ?? 0
    let targetUnits = qtyUnits
    if (qtyUnits > heldUnits) {
      targetUnits -= this.#fillOwn(side, priceUnits, qtyUnits - heldUnits, nowUs)
    }
    if (targetUnits === heldUnits) return
    const level = levels.at(priceUnits)
    level.setMarket(targetUnits, nowUs)
    levels.dropIfEmpty(level)
    this.#tellLevel(side, level)
  }

  take(aggressor: Side, limitUnits: number, qtyUnits: number, nowUs: number): number {
    return this.#match(aggressor, limitUnits, qtyUnits, undefined, nowUs)
  }

  print(aggressor: Side, priceUnits: number, qtyUnits: number, nowUs: number): void {
    // Prices are whole units, so "strictly better than the price" is one unit inside it.
    const insideUnits = aggressor === Side.Buy ? priceUnits - 1 : priceUnits + 1
    let leftUnits = qtyUnits - this.#fillOwn(aggressor, insideUnits, qtyUnits, nowUs)
    const levels = this.#book.against(aggressor)
    const level = levels.find(priceUnits)
    if (level !== undefined && leftUnits > 0) {
      leftUnits -= this.#fillReported(levels, level, { aggressor, leftUnits, nowUs })
    }
    // What was not ours is one trade on the tape, also beyond what we saw displayed.
    if (leftUnits > 0) this.#trade(priceUnits, leftUnits, { aggressor, leftUnits, nowUs })
  }

  marketUnits(side: Side, priceUnits: number): number {
    return this.#book.side(side).find(priceUnits)?.marketUnits ?? 0
  }

  bestMarketPrice(side: Side): number | undefined {
    const levels = this.#book.side(side)
    for (let i = 0; i < levels.count; i++) {
      const level = levels.fromTouch(i)
      if (level !== undefined && level.marketUnits > 0) return level.priceUnits
    }
    return undefined
  }

  /** Returns the quantity that traded. */
  #match(
    side: Side,
    limitUnits: number,
    qtyUnits: number,
    taker: SimOrder | undefined,
    nowUs: number,
  ): number {
    const levels = this.#book.against(side)
    let leftUnits = qtyUnits
    while (leftUnits > 0) {
      const level = this.#book.reachable(side, limitUnits)
      if (level === undefined) break
      leftUnits -= this.#matchLevel(levels, level, { aggressor: side, leftUnits, nowUs, taker })
    }
    return qtyUnits - leftUnits
  }

  /** Trades with the queue of one level from its front; returns the quantity that traded. */
  #matchLevel(levels: PriceLevels, level: PriceLevel, crossing: Crossing): number {
    let tradedUnits = 0
    while (tradedUnits < crossing.leftUnits && !level.isEmpty) {
      const maker = level.frontOrder()
      if (maker !== undefined && maker.account === crossing.taker?.account) {
        level.leave(maker)
        this.#settlement.finish(maker, 'expired', crossing.nowUs)
        continue
      }
      const standingUnits = maker === undefined ? level.frontMarketUnits() : leavesUnits(maker)
      const qtyUnits = Math.min(crossing.leftUnits - tradedUnits, standingUnits)
      if (maker === undefined) level.takeMarket(qtyUnits)
      this.#trade(level.priceUnits, qtyUnits, crossing, maker)
      if (maker !== undefined && leavesUnits(maker) === 0) level.leave(maker)
      tradedUnits += qtyUnits
    }
    levels.dropIfEmpty(level)
    this.#tellLevel(levels.side, level)
    return tradedUnits
  }

  /** A reported trade moves the queue of its level; returns the quantity our orders got of it. */
  #fillReported(levels: PriceLevels, level: PriceLevel, crossing: Crossing): number {
    const explainedUnits = level.explain(crossing.leftUnits, crossing.nowUs)
    let ownUnits = this.#fillExplained(level, explainedUnits, crossing)
    let leftUnits = crossing.leftUnits - explainedUnits
    const isMoved = ownUnits > 0 || leftUnits > 0
    while (leftUnits > 0 && !level.isEmpty) {
      const maker = level.frontOrder()
      const standingUnits = maker === undefined ? level.frontMarketUnits() : leavesUnits(maker)
      const qtyUnits = Math.min(leftUnits, standingUnits)
      leftUnits -= qtyUnits
      if (maker === undefined) {
        level.takeMarket(qtyUnits)
        continue
      }
      this.#trade(level.priceUnits, qtyUnits, crossing, maker)
      ownUnits += qtyUnits
      if (leavesUnits(maker) === 0) level.leave(maker)
    }
    levels.dropIfEmpty(level)
    if (isMoved) this.#tellLevel(levels.side, level)
    return ownUnits
  }

  /** What the recorded queue behind us got of a trade is ours: we stood before it. */
  #fillExplained(level: PriceLevel, explainedUnits: number, crossing: Crossing): number {
    let leftUnits = explainedUnits
    let ownUnits = 0
    while (leftUnits > 0) {
      leftUnits -= level.passExplained(leftUnits)
      const maker = level.queue[0]?.order
      if (maker === undefined || leftUnits === 0) break
      const qtyUnits = Math.min(leftUnits, leavesUnits(maker))
      this.#trade(level.priceUnits, qtyUnits, crossing, maker)
      if (leavesUnits(maker) === 0) level.leave(maker)
      leftUnits -= qtyUnits
      ownUnits += qtyUnits
    }
    return ownUnits
  }

  /** Fills own orders alone, as far as an anonymous taker with this limit reaches. */
  #fillOwn(aggressor: Side, limitUnits: number, qtyUnits: number, nowUs: number): number {
    const levels = this.#book.against(aggressor)
    let leftUnits = qtyUnits
    let index = 0
    while (leftUnits > 0) {
      const level = levels.fromTouch(index)
      if (level === undefined || !levels.reaches(level.priceUnits, limitUnits)) break
      leftUnits -= this.#fillOwnAt(levels, level, { aggressor, leftUnits, nowUs })
      if (levels.fromTouch(index) === level) index++
    }
    return qtyUnits - leftUnits
  }

  #fillOwnAt(levels: PriceLevels, level: PriceLevel, crossing: Crossing): number {
    let tradedUnits = 0
    while (tradedUnits < crossing.leftUnits) {
      const maker = level.queue[0]?.order
      if (maker === undefined) break
      const qtyUnits = Math.min(crossing.leftUnits - tradedUnits, leavesUnits(maker))
      this.#trade(level.priceUnits, qtyUnits, crossing, maker)
      if (leavesUnits(maker) === 0) level.leave(maker)
      tradedUnits += qtyUnits
    }
    if (tradedUnits === 0) return 0
    levels.dropIfEmpty(level)
    this.#tellLevel(levels.side, level)
    return tradedUnits
  }

  #trade(priceUnits: number, qtyUnits: number, crossing: Crossing, maker?: SimOrder): void {
    const { aggressor, nowUs: timeUs, taker } = crossing
    assert(maker === undefined || maker.side === oppositeSide(aggressor), 'sides face each other')
    const tradeId = this.#ids.trades.next()
    this.#lastPriceUnits = priceUnits
    this.#settlement.trade(
      this.#instrument,
      { tradeId, priceUnits, qtyUnits, timeUs },
      maker,
      taker,
    )
    const { symbol } = this.#instrument
    for (const listener of this.#settlement.listeners) {
      listener.onPublicTrade(symbol, tradeId, priceUnits, qtyUnits, aggressor, timeUs)
    }
  }

  #tellLevel(side: Side, level: PriceLevel): void {
    const updateId = this.#ids.updates.next()
    const { symbol } = this.#instrument
    const qtyUnits = level.publicUnits
    for (const listener of this.#settlement.listeners) {
      listener.onLevel(symbol, side, level.priceUnits, qtyUnits, updateId)
    }
  }
}

/** One taker on its way through the book. */
interface Crossing {
  readonly aggressor: Side
  readonly leftUnits: number
  readonly nowUs: number
  readonly taker?: SimOrder | undefined
}

const canRest = (order: SimOrder): boolean =>
  order.type === OrderType.LimitMaker ||
  (order.type === OrderType.Limit && order.timeInForce === TimeInForce.Gtc)

function limitOf(order: SimOrder): number {
  if (order.type !== OrderType.Market) return order.priceUnits
  return order.side === Side.Buy ? Infinity : -Infinity
}
