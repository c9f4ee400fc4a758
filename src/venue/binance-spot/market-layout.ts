// Hot path.
// The three public events in exactly the layout that Binance spot sends, on a combined stream:
//
//   {"stream":"btcusdt@bookTicker","data":{"u":…,"s":"BTCUSDT","b":"…","B":"…","a":"…","A":"…"}}
//   {"stream":"btcusdt@trade","data":{"e":"trade","E":…,"s":"BTCUSDT","t":…,"p":"…","q":"…","T":…,
//     "m":true,"M":true}}
//   {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":…,"s":"BTCUSDT","U":…,"u":…,
//     "b":[["…","…"],…],"a":[["…","…"],…]}}
//
// Each reader begins behind `"data":{` and ends behind the last byte. False means that the message
// deviates somewhere, and nothing else: market-decoder.ts then reads it the lenient way.
// Layouts: Binance spot WebSocket streams, document of 2026-07-21.
import { US_PER_MS } from '#core/units.ts'
import type { DepthUpdate } from '#market/depth-update.ts'
import type { Instrument } from '#market/instrument.ts'
import { LayoutText, NOT_READ, textList, type ByteLayout } from '#wire/byte-layout.ts'
import { TIME_MS_MAX } from './event-fields.ts'

const TICKER_DECIMALS = 4
const TRADE_HEAD = new LayoutText('"e":"trade","E":')
const TRADE_PRICE = new LayoutText(',"p":"')
const TRADE_QTY = new LayoutText('","q":"')
const TRADE_TIME = new LayoutText('","T":')
const TRADE_MAKER = new LayoutText(',"m":true,"M":')
const TRADE_TAKER = new LayoutText(',"m":false,"M":')
const TRUE_END = new LayoutText('true}}')
const FALSE_END = new LayoutText('false}}')
const DEPTH_HEAD = new LayoutText('"e":"depthUpdate","E":')
const DEPTH_LAST_ID = new LayoutText(',"u":')
const DEPTH_BIDS = new LayoutText(',"b":[')
const DEPTH_ASKS = new LayoutText(',"a":[')

// Short texts as little-endian words, for ByteLayout.word.
/** `["` */
const LEVEL_START = 0x225b
/** `","` */
const LEVEL_MIDDLE = 0x222c22
/** `"],[` and, a byte later, a quote */
const LEVEL_NEXT = 0x5b2c5d22
/** `"]]` */
const LEVEL_LAST = 0x5d5d22
/** `"}}` */
const TICKER_END = 0x7d7d22
/** `}}` */
const OBJECT_END = 0x7d7d
/** `]` */
const LIST_END = 0x5d
/** `"` */
const QUOTE = 0x22

/** The constant bytes of one instrument: each event's symbol with the key that follows it. */
export class SymbolTexts {
  /** What stands before the update id and before each of the four decimals. */
  readonly ticker: Int32Array
  readonly trade: LayoutText
  readonly depth: LayoutText

  constructor(symbol: string) {
    const bid = `,"s":"${symbol}","b":"`
    this.ticker = textList(['"u":', bid, '","B":"', '","a":"', '","A":"'])
    this.trade = new LayoutText(`,"s":"${symbol}","t":`)
    this.depth = new LayoutText(`,"s":"${symbol}","U":`)
  }
}

/** What a ticker or a trade said. */
export class EventNumbers {
  id = 0
  /** Bid price and quantity, ask price and quantity; a trade's price and quantity come first. */
  readonly tops = new Float64Array(4)
  buyerIsMaker = false
  timeUs = 0
}

/**
 * One loop for all four decimals: on a quiet market each message finds cold caches, and then the
 * code that is fetched once and used four times is the faster one.
 */
export function matchTicker(
  layout: ByteLayout,
  symbol: SymbolTexts,
  facts: Instrument,
  numbers: EventNumbers,
): boolean {
  const { ticker } = symbol
  let text = layout.nextText(ticker, 0)
  if (text === NOT_READ) return false
  numbers.id = layout.integer()
  if (numbers.id === NOT_READ) return false
  const { tops } = numbers
  for (let i = 0; i < TICKER_DECIMALS; i++) {
    text = layout.nextText(ticker, text)
    if (text === NOT_READ) return false
    const value = layout.decimal((i & 1) === 0 ? facts.priceScale : facts.qtyScale)
    if (value === NOT_READ) return false
    tops[i] = value
  }
  return layout.endsWith(TICKER_END, 3)
}

export function matchTrade(
  layout: ByteLayout,
  symbol: SymbolTexts,
  facts: Instrument,
  numbers: EventNumbers,
): boolean {
  if (!layout.literal(TRADE_HEAD) || layout.integer() === NOT_READ) return false
  if (!layout.literal(symbol.trade)) return false
  numbers.id = layout.integer()
  if (numbers.id === NOT_READ || !layout.literal(TRADE_PRICE)) return false
  const price = layout.decimal(facts.priceScale)
  if (price <= 0 || !layout.literal(TRADE_QTY)) return false
  const qty = layout.decimal(facts.qtyScale)
  if (qty <= 0 || !layout.literal(TRADE_TIME)) return false
  numbers.tops[0] = price
  numbers.tops[1] = qty
  const time = layout.integer()
  if (time === NOT_READ) return false
  numbers.timeUs = time > TIME_MS_MAX ? time : time * US_PER_MS
  numbers.buyerIsMaker = layout.literal(TRADE_MAKER)
  if (!numbers.buyerIsMaker && !layout.literal(TRADE_TAKER)) return false
  return (layout.literal(TRUE_END) || layout.literal(FALSE_END)) && layout.isAtEnd
}

export function matchDepthDiff(
  layout: ByteLayout,
  symbol: SymbolTexts,
  facts: Instrument,
  update: DepthUpdate,
): boolean {
  if (!layout.literal(DEPTH_HEAD)) return false
  const time = layout.integer()
  if (time === NOT_READ || !layout.literal(symbol.depth)) return false
  update.venueTimeUs = time > TIME_MS_MAX ? time : time * US_PER_MS
  update.firstUpdateId = layout.integer()
  if (update.firstUpdateId === NOT_READ || !layout.literal(DEPTH_LAST_ID)) return false
  update.lastUpdateId = layout.integer()
  if (update.lastUpdateId < update.firstUpdateId || !layout.literal(DEPTH_BIDS)) return false
  update.bidCount = matchLevels(layout, update.bidPrices, update.bidQtys, facts)
  if (update.bidCount === NOT_READ || !layout.literal(DEPTH_ASKS)) return false
  update.askCount = matchLevels(layout, update.askPrices, update.askQtys, facts)
  return update.askCount !== NOT_READ && layout.endsWith(OBJECT_END, 2)
}

/** From behind the list's opening bracket to behind its closing one; the count or NOT_READ. */
function matchLevels(
  layout: ByteLayout,
  prices: Float64Array,
  qtys: Float64Array,
  facts: Instrument,
): number {
  const { priceScale, qtyScale } = facts
  const max = prices.length
  if (layout.word(LIST_END, 1)) return 0
  if (!layout.word(LEVEL_START, 2)) return NOT_READ
  for (let count = 0; count < max; count++) {
    const price = layout.decimal(priceScale)
    if (price <= 0 || !layout.word(LEVEL_MIDDLE, 3)) return NOT_READ
    const qty = layout.decimal(qtyScale)
    if (qty === NOT_READ) return NOT_READ
    prices[count] = price
    qtys[count] = qty
    if (layout.word(LEVEL_NEXT, 4)) {
      if (!layout.word(QUOTE, 1)) return NOT_READ
      continue
    }
    return layout.word(LEVEL_LAST, 3) ? count + 1 : NOT_READ
  }
  return NOT_READ
}
