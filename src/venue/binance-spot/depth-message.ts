// Hot path.
// Depth of Binance spot, diffs and snapshots, from the scanner into a DepthUpdate.
// Both are whole or refused; levels stand in the order of the wire.
import type { DepthUpdate } from '#market/depth-update.ts'
import type { Instrument } from '#market/instrument.ts'
import { ScanRefusal, type ByteScanner } from '#wire/byte-scan.ts'
import { asciiBytes } from '#wire/json-bytes.ts'
import { expectText, readTimeUs } from './event-fields.ts'

const LAST_UPDATE_ID = asciiBytes('lastUpdateId')
const BIDS = asciiBytes('bids')
const ASKS = asciiBytes('asks')
const DEPTH_UPDATE = asciiBytes('depthUpdate')

const UPPER_E = 0x45
const UPPER_U = 0x55
const LOWER_A = 0x61
const LOWER_B = 0x62
const LOWER_E = 0x65
const LOWER_S = 0x73
const LOWER_U = 0x75

/** One bit for each field that a message must have. */
const DIFF_FIELDS = 0b1111
const SNAPSHOT_FIELDS = 0b111

/** The members of a `depthUpdate`, its object already entered. */
export function readDepthDiff(
  scanner: ByteScanner,
  facts: Instrument,
  symbol: Uint8Array,
  update: DepthUpdate,
): boolean {
  update.venueTimeUs = 0
  let seen = 0
  while (scanner.nextKey()) {
    switch (scanner.keyByte) {
      case UPPER_U:
        update.firstUpdateId = scanner.readInteger()
        seen |= 1
        break
      case LOWER_U:
        update.lastUpdateId = scanner.readInteger()
        seen |= 2
        break
      case LOWER_B:
        update.bidCount = readLevels(scanner, update.bidPrices, update.bidQtys, facts)
        seen |= 4
        break
      case LOWER_A:
        update.askCount = readLevels(scanner, update.askPrices, update.askQtys, facts)
        seen |= 8
        break
      case UPPER_E:
        update.venueTimeUs = readTimeUs(scanner)
        break
      case LOWER_S:
        expectText(scanner, symbol)
        break
      case LOWER_E:
        expectText(scanner, DEPTH_UPDATE)
        break
      default:
        scanner.skipValue()
    }
  }
  return scanner.ok && seen === DIFF_FIELDS && update.firstUpdateId <= update.lastUpdateId
}

/** The body of `GET /api/v3/depth`. */
export function readDepthSnapshot(
  scanner: ByteScanner,
  facts: Instrument,
  update: DepthUpdate,
): boolean {
  update.venueTimeUs = 0
  let seen = 0
  scanner.enterObject()
  while (scanner.nextKey()) {
    if (scanner.keyIs(LAST_UPDATE_ID)) {
      update.lastUpdateId = scanner.readInteger()
      update.firstUpdateId = update.lastUpdateId
      seen |= 1
    } else if (scanner.keyIs(BIDS)) {
      update.bidCount = readLevels(scanner, update.bidPrices, update.bidQtys, facts)
      seen |= 2
    } else if (scanner.keyIs(ASKS)) {
      update.askCount = readLevels(scanner, update.askPrices, update.askQtys, facts)
      seen |= 4
    } else {
      scanner.skipValue()
    }
  }
  return scanner.ok && seen === SNAPSHOT_FIELDS
}

/** `[[price,qty],…]`; further elements of a level are passed over. Returns the count. */
function readLevels(
  scanner: ByteScanner,
  prices: Float64Array,
  qtys: Float64Array,
  facts: Instrument,
): number {
  const { priceScale, qtyScale } = facts
  let count = 0
  scanner.enterArray()
  while (scanner.nextElement()) {
    if (count === prices.length) scanner.refuse(ScanRefusal.Range)
    scanner.enterArray()
    if (!scanner.nextElement()) scanner.refuse(ScanRefusal.Syntax)
    const price = scanner.readDecimal(priceScale)
    if (!scanner.nextElement()) scanner.refuse(ScanRefusal.Syntax)
    const qty = scanner.readDecimal(qtyScale)
    while (scanner.nextElement()) scanner.skipValue()
    if (price <= 0) scanner.refuse(ScanRefusal.Syntax)
    if (!scanner.ok) return 0
    prices[count] = price
    qtys[count] = qty
    count++
  }
  return count
}
