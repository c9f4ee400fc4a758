// The three public events in exactly the layout that Binance spot sends, on a combined stream:
//
//   {"stream":"btcusdt@bookTicker","data":{"u":…,"s":"BTCUSDT","b":"…","B":"…","a":"…","A":"…"}}
//   {"stream":"btcusdt@trade","data":{"e":"trade","E":…,"s":"BTCUSDT","t":…,"p":"…","q":"…","T":…,
//     "m":true,"M":true}}
//   {"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":…,"s":"BTCUSDT","U":…,"u":…,
//     "b":[["…","…"],…],"a":[["…","…"],…]}}
//
// A message that deviates from them is read the lenient way, by market-decoder.ts.
// Layouts: Binance spot WebSocket streams, document of 2026-07-21.
import type { Instrument } from '#market/instrument.ts'
import { decimal, flag, integer, levels, type MessageLayout } from '#kernel/message-layout.ts'

/** Where a message's stream name begins: behind `{"stream":"`. */
export const STREAM_NAME_AT = 11

/** What a message said, by slot of the matcher's values. A depth's levels stand in its lists. */
export const Slot = {
  /** A ticker's update id, a trade's id. */
  Id: 0,
  /** A ticker's bid, or a trade. */
  Price: 1,
  Qty: 2,
  AskPrice: 3,
  AskQty: 4,
  /** As it was sent: milliseconds, or microseconds when asked for. */
  Time: 5,
  BuyerIsMaker: 6,
  FirstUpdateId: 7,
  LastUpdateId: 8,
  /** Read because it stands there. */
  Unused: 9,
} as const

/** Level lists of the matcher. */
export const LevelList = { Bids: 0, Asks: 1 } as const

export function tickerLayout(stream: string, facts: Instrument): MessageLayout {
  const { venueSymbol, priceScale, qtyScale } = facts
  return [
    `{"stream":"${stream}","data":{"u":`,
    integer(Slot.Id),
    `,"s":"${venueSymbol}","b":"`,
    decimal(Slot.Price, priceScale),
    '","B":"',
    decimal(Slot.Qty, qtyScale),
    '","a":"',
    decimal(Slot.AskPrice, priceScale),
    '","A":"',
    decimal(Slot.AskQty, qtyScale),
    '"}}',
  ]
}

export function tradeLayout(stream: string, facts: Instrument): MessageLayout {
  const { venueSymbol, priceScale, qtyScale } = facts
  return [
    `{"stream":"${stream}","data":{"e":"trade","E":`,
    integer(Slot.Unused),
    `,"s":"${venueSymbol}","t":`,
    integer(Slot.Id),
    ',"p":"',
    decimal(Slot.Price, priceScale),
    '","q":"',
    decimal(Slot.Qty, qtyScale),
    '","T":',
    integer(Slot.Time),
    ',"m":',
    flag(Slot.BuyerIsMaker),
    ',"M":',
    flag(Slot.Unused),
    '}}',
  ]
}

export function depthLayout(stream: string, facts: Instrument): MessageLayout {
  const { venueSymbol, priceScale, qtyScale } = facts
  return [
    `{"stream":"${stream}","data":{"e":"depthUpdate","E":`,
    integer(Slot.Time),
    `,"s":"${venueSymbol}","U":`,
    integer(Slot.FirstUpdateId),
    ',"u":',
    integer(Slot.LastUpdateId),
    ',"b":[',
    levels(LevelList.Bids, priceScale, qtyScale),
    ',"a":[',
    levels(LevelList.Asks, priceScale, qtyScale),
    '}}',
  ]
}
