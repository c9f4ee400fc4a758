// Answers to account queries, cold: result text into venue events.
// A result that cannot be read proves nothing: the listing then ends incomplete, and whatever was
// already told stays true by itself. Source: WebSocket API document of 2026-07-21.
import { unitsFromText } from '#core/decimal.ts'
import { Side, US_PER_MS, type MonoNs } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { ParsedClientId } from '#order/client-order-id.ts'
import type { VenueEventQueue } from '#order/venue-event-queue.ts'
import { VenueEventKind, type VenueEvent } from '#order/venue-event.ts'
import { EngineError } from '#core/engine-error.ts'
import {
  idOf,
  integerOf,
  listOf,
  parseJson,
  recordOf,
  textOf,
  type JsonRecord,
} from '#wire/json-text.ts'
import type { SymbolLookup } from './symbol-lookup.ts'
import { ORDER_SIDES, orderStatus } from './wire-codes.ts'

export interface ListingPage {
  readonly count: number
  /** The venue's id of the last row, '' where there was none: the next page starts behind it. */
  readonly lastId: string
}

export class AccountReports {
  readonly #account: number
  readonly #symbols: SymbolLookup
  readonly #events: VenueEventQueue
  readonly #clientId = new ParsedClientId()

  constructor(account: number, symbols: SymbolLookup, events: VenueEventQueue) {
    this.#account = account
    this.#symbols = symbols
    this.#events = events
  }

  /**
   * The one order asked for: its id is known from the request, whatever the row calls it.
   * @throws EngineError when the text is not what was asked for.
   */
  tellOrder(text: string, clientIdHi: number, clientIdLo: number, nowNs: MonoNs): void {
    this.#tellOrderRow(recordOf(parseJson(text), 'an order'), clientIdHi, clientIdLo, nowNs)
  }

  /** Every order that is ours, open or not. @throws EngineError as above. */
  tellOrders(text: string, nowNs: MonoNs): ListingPage {
    const rows = listOf(parseJson(text), 'orders')
    let lastId = ''
    for (const value of rows) {
      const row = recordOf(value, 'an order')
      lastId = idOf(row, 'orderId')
      if (!this.#clientId.parseText(textOf(row, 'clientOrderId'))) continue
      this.#tellOrderRow(row, this.#clientId.hi, this.#clientId.lo, nowNs)
    }
    return { count: rows.length, lastId }
  }

  /** Rows name their order by the venue's id only. @throws EngineError as above. */
  tellFills(text: string, facts: Instrument, nowNs: MonoNs): ListingPage {
    const rows = listOf(parseJson(text), 'fills')
    let lastId = ''
    for (const value of rows) {
      const row = recordOf(value, 'a fill')
      lastId = idOf(row, 'id')
      this.#tellFillRow(row, lastId, facts, nowNs)
    }
    return { count: rows.length, lastId }
  }

  /**
   * The listing leaves zeros out: an asset of ours that it does not name was sold to the last unit,
   * perhaps while nobody told us. @throws EngineError as above.
   */
  tellBalances(text: string, nowNs: MonoNs): void {
    const account = recordOf(parseJson(text), 'the account')
    const { balances } = account
    const { updateTime } = account
    const timeUs = typeof updateTime === 'number' ? updateTime * US_PER_MS : 0
    const unnamed = this.#symbols.assets()
    for (const value of listOf(balances, 'balances')) {
      const row = recordOf(value, 'a balance')
      const asset = textOf(row, 'asset')
      this.#tellBalance(asset, textOf(row, 'free'), textOf(row, 'locked'), timeUs, nowNs)
      unnamed.delete(asset)
    }
    for (const asset of unnamed) this.#tellBalance(asset, '0', '0', timeUs, nowNs)
  }

  /** The listing is over; `complete` only when every row of it was told. */
  tellEnd(token: number, complete: boolean, instrument: number, nowNs: MonoNs): void {
    const event = this.#events.claim(VenueEventKind.ListingEnd, this.#account, nowNs)
    event.token = token
    event.complete = complete
    event.instrument = instrument
    this.#events.publish()
  }

  #tellBalance(asset: string, free: string, locked: string, timeUs: number, nowNs: MonoNs): void {
    const event = this.#events.claim(VenueEventKind.Balance, this.#account, nowNs)
    event.asset = asset
    event.free = free
    event.locked = locked
    event.venueTimeUs = timeUs
    this.#events.publish()
  }

  #tellOrderRow(row: JsonRecord, hi: number, lo: number, nowNs: MonoNs): void {
    const facts = this.#symbols.findText(textOf(row, 'symbol'))
    // Ours, but of a symbol that this engine does not trade: nothing here can act on it.
    if (facts === null) return
    const statusText = textOf(row, 'status')
    const status = orderStatus(statusText)
    if (status === undefined) {
      throw new EngineError('bad_json', `order status "${statusText}" is in no document`)
    }
    const side = sideOf(textOf(row, 'side'))
    const price = unitsFromText(textOf(row, 'price'), facts.priceScale, 'order price')
    const qty = unitsFromText(textOf(row, 'origQty'), facts.qtyScale, 'order quantity')
    const cumQty = unitsFromText(textOf(row, 'executedQty'), facts.qtyScale, 'executed quantity')
    const cumNotional = notionalOf(row, facts)
    const orderId = idOf(row, 'orderId')
    const kind = status === 'open' ? VenueEventKind.ReportedOpen : VenueEventKind.ReportedDone
    const event = this.#claimFor(kind, facts, nowNs)
    event.clientIdHi = hi
    event.clientIdLo = lo
    event.venueOrderId = orderId
    event.side = side
    event.priceUnits = price
    event.qtyUnits = qty
    event.cumQtyUnits = cumQty
    event.cumNotionalUnits = cumNotional
    if (status !== 'open') event.terminal = status
    this.#events.publish()
  }

  #tellFillRow(row: JsonRecord, tradeId: string, facts: Instrument, nowNs: MonoNs): void {
    const price = unitsFromText(textOf(row, 'price'), facts.priceScale, 'fill price')
    const qty = unitsFromText(textOf(row, 'qty'), facts.qtyScale, 'fill quantity')
    const fee = textOf(row, 'commission')
    const feeAsset = textOf(row, 'commissionAsset')
    const timeUs = integerOf(row, 'time') * US_PER_MS
    const orderId = idOf(row, 'orderId')
    const event = this.#claimFor(VenueEventKind.Fill, facts, nowNs)
    event.venueOrderId = orderId
    event.side = row['isBuyer'] === true ? Side.Buy : Side.Sell
    event.priceUnits = price
    event.qtyUnits = qty
    event.tradeId = tradeId
    event.fee = fee
    event.feeAsset = feeAsset
    event.isMaker = row['isMaker'] === true
    event.venueTimeUs = timeUs
    this.#events.publish()
  }

  #claimFor(kind: VenueEventKind, facts: Instrument, nowNs: MonoNs): VenueEvent {
    const event = this.#events.claim(kind, this.#account, nowNs)
    event.instrument = facts.index
    return event
  }
}

/** Σ price × qty of the order's fills; −1 where the venue does not say or no longer knows. */
function notionalOf(row: JsonRecord, { priceScale, qtyScale }: Instrument): number {
  const text = row['cummulativeQuoteQty']
  const quote = typeof text === 'string' ? Number(text) : NaN
  return quote >= 0 ? Math.round(quote * 10 ** (priceScale + qtyScale)) : -1
}

function sideOf(text: string): Side {
  if (text === ORDER_SIDES[Side.Buy]) return Side.Buy
  if (text === ORDER_SIDES[Side.Sell]) return Side.Sell
  throw new EngineError('bad_json', `order side "${text}" is in no document`)
}
