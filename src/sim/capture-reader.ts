// Reads a recording of Binance market data: lines in, market events out.
//
// A line is `<receive time, ns> <raw JSON>`: a message of a combined stream
// (`{"stream":…,"data":{…}}`, or the bare event) or a REST depth snapshot (recognised by
// `lastUpdateId`). Receive stamps may be absent; they only say in which order lines came, time is
// the event time E.
// Lines without one (bookTicker on spot, the snapshot) happen at the last E seen, and time never
// runs back. Prices and quantities stay decimal text until the instrument's scales are known.
// Nothing here knows our orders, and no line is silently dropped: what is not market data is
// counted, what cannot be read is refused by its line number.
import { scaleOfText, textFromUnits, unitsFromText } from '#core/decimal.ts'
import { EngineError, errorText } from '#core/engine-error.ts'
import { Side, US_PER_MS } from '#core/units.ts'

/** [price, quantity] as decimal text. */
export type CaptureRow = readonly [price: string, qty: string]

interface Stamped {
  /** Event time, µs since the epoch. */
  readonly eventUs: number
  readonly line: number
}

export interface CaptureSnapshot extends Stamped {
  readonly kind: 'snapshot'
  readonly lastUpdateId: number
  readonly bids: readonly CaptureRow[]
  readonly asks: readonly CaptureRow[]
}

export interface CaptureDiff extends Stamped {
  readonly kind: 'diff'
  readonly firstUpdateId: number
  readonly lastUpdateId: number
  /** USD-M only: last id of the diff before. */
  readonly previousUpdateId: number | undefined
  readonly bids: readonly CaptureRow[]
  readonly asks: readonly CaptureRow[]
}

export interface CaptureTicker extends Stamped {
  readonly kind: 'ticker'
  readonly updateId: number
  readonly bid: CaptureRow
  readonly ask: CaptureRow
}

export interface CaptureTrade extends Stamped {
  readonly kind: 'trade'
  readonly tradeId: number
  readonly price: string
  readonly qty: string
  readonly aggressor: Side
}

export type CaptureEvent = CaptureSnapshot | CaptureDiff | CaptureTicker | CaptureTrade

export interface Capture {
  readonly events: readonly CaptureEvent[]
  /** The venue's spelling; '' when no line names one. */
  readonly venueSymbol: string
  /** Lines of other symbols and event types, left out. */
  readonly skipped: number
  /** Event time of the first line that has one, µs. */
  readonly firstEventUs: number
}

/**
 * Decodes a whole recording. `venueSymbol` chooses one of several; without it the first symbol
 * named is taken. Empty lines are allowed.
 * @throws EngineError `bad_capture` naming the line.
 */
export function readCapture(lines: Iterable<string>, venueSymbol = ''): Capture {
  const events: Mutable<CaptureEvent>[] = []
  let symbol = venueSymbol
  let skipped = 0
  let line = 0
  let nowUs = 0
  let firstEventUs = 0
  for (const text of lines) {
    line++
    if (text.trim() === '') continue
    const fields = fieldsOf(text, line)
    const spelling = typeof fields['s'] === 'string' ? fields['s'] : ''
    if (symbol === '') symbol = spelling
    const event = spelling === '' || spelling === symbol ? decode(fields, line) : undefined
    if (event === undefined) {
      skipped++
      continue
    }
    if (firstEventUs === 0) firstEventUs = event.eventUs
    nowUs = Math.max(nowUs, event.eventUs)
    events.push({ ...event, eventUs: nowUs })
  }
  // What came before the first event time happened at the earliest known moment.
  for (const event of events) if (event.eventUs === 0) event.eventUs = firstEventUs
  return { events, venueSymbol: symbol, skipped, firstEventUs }
}

export interface InferredSteps {
  readonly priceScale: number
  readonly qtyScale: number
  readonly tickUnits: number
  readonly lotUnits: number
  /** The same as decimal text, for people. */
  readonly tick: string
  readonly lot: string
}

/**
 * Tick and lot of a recording without listings: the greatest common divisors of the snapshot's
 * prices and quantities.
 */
export function inferSteps(capture: Capture): InferredSteps {
  const snapshot = snapshotOf(capture)
  const rows = [...snapshot.bids, ...snapshot.asks]
  const tick = divisorOf(rows.map((row) => row[0]))
  const lot = divisorOf(rows.map((row) => row[1]))
  return {
    priceScale: tick.scale,
    qtyScale: lot.scale,
    tickUnits: tick.units,
    lotUnits: lot.units,
    tick: textFromUnits(tick.units, tick.scale),
    lot: textFromUnits(lot.units, lot.scale),
  }
}

/** @throws EngineError `bad_capture` when the recording holds none. */
export function snapshotOf(capture: Capture): CaptureSnapshot {
  for (const event of capture.events) if (event.kind === 'snapshot') return event
  throw new EngineError(
    'bad_capture',
    'the capture holds no depth snapshot (a line with lastUpdateId): no book can be built from it',
  )
}

/** Price and quantity texts of an event. */
export function rowsOf(event: CaptureEvent): readonly CaptureRow[] {
  if (event.kind === 'trade') return [[event.price, event.qty]]
  if (event.kind === 'ticker') return [event.bid, event.ask]
  return [...event.bids, ...event.asks]
}

type Mutable<T> = { -readonly [key in keyof T]: T[key] }
type Fields = Readonly<Record<string, unknown>>

const LINE = /^(?:\d+ )?(\{.*)$/s
// A 13-digit time is in ms, a 16-digit one (timeUnit=MICROSECOND) in µs.
const US_FROM = 100_000_000_000_000

function fieldsOf(text: string, line: number): Fields {
  const match = LINE.exec(text)
  if (match === null) throw bad(line, 'is not "<receive ns> <JSON object>"')
  let value: unknown
  try {
    value = JSON.parse(match[1] ?? '')
  } catch (thrown) {
    throw bad(line, `holds no valid JSON (${errorText(thrown)})`)
  }
  const message = objectOf(value, line)
  return 'data' in message ? objectOf(message['data'], line) : message
}

function decode(fields: Fields, line: number): CaptureEvent | undefined {
  if (fields['e'] === 'depthUpdate') return decodeDiff(fields, line)
  if (fields['e'] === 'trade' || fields['e'] === 'aggTrade') return decodeTrade(fields, line)
  if ('lastUpdateId' in fields) return decodeSnapshot(fields, line)
  if ('u' in fields && 'b' in fields && 'A' in fields) return decodeTicker(fields, line)
  return undefined
}

function decodeDiff(fields: Fields, line: number): CaptureDiff {
  const firstUpdateId = integerOf(fields, 'U', line)
  const lastUpdateId = integerOf(fields, 'u', line)
  if (lastUpdateId < firstUpdateId) throw bad(line, 'holds a diff whose u is below its U')
  return {
    kind: 'diff',
    eventUs: timeOf(fields, line),
    line,
    firstUpdateId,
    lastUpdateId,
    previousUpdateId: 'pu' in fields ? integerOf(fields, 'pu', line) : undefined,
    bids: listOf(fields, 'b', line),
    asks: listOf(fields, 'a', line),
  }
}

function decodeSnapshot(fields: Fields, line: number): CaptureSnapshot {
  return {
    kind: 'snapshot',
    eventUs: timeOf(fields, line),
    line,
    lastUpdateId: integerOf(fields, 'lastUpdateId', line),
    bids: listOf(fields, 'bids', line),
    asks: listOf(fields, 'asks', line),
  }
}

function decodeTicker(fields: Fields, line: number): CaptureTicker {
  return {
    kind: 'ticker',
    eventUs: timeOf(fields, line),
    line,
    updateId: integerOf(fields, 'u', line),
    bid: rowOf([fields['b'], fields['B']], line),
    ask: rowOf([fields['a'], fields['A']], line),
  }
}

function decodeTrade(fields: Fields, line: number): CaptureTrade {
  const [price, qty] = rowOf([fields['p'], fields['q']], line)
  // `m`: the buyer was the maker, so the aggressor sold.
  const aggressor = fields['m'] === true ? Side.Sell : Side.Buy
  const tradeId = integerOf(fields, 't' in fields ? 't' : 'a', line)
  return { kind: 'trade', eventUs: timeOf(fields, line), line, tradeId, price, qty, aggressor }
}

/** 0 where the message carries no event time. */
function timeOf(fields: Fields, line: number): number {
  if (!('E' in fields)) return 0
  const time = integerOf(fields, 'E', line)
  return time >= US_FROM ? time : time * US_PER_MS
}

function integerOf(fields: Fields, name: string, line: number): number {
  const value = fields[name]
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  throw bad(line, `lacks a whole number in "${name}"`)
}

function listOf(fields: Fields, name: string, line: number): readonly CaptureRow[] {
  const value = fields[name]
  if (!Array.isArray(value)) throw bad(line, `lacks the list "${name}"`)
  return value.map((row) => rowOf(row, line))
}

const AMOUNT = /^\d+(?:\.\d+)?$/

function rowOf(row: unknown, line: number): CaptureRow {
  const [price, qty]: unknown[] = Array.isArray(row) ? row : []
  const isRow = typeof price === 'string' && typeof qty === 'string'
  if (isRow && AMOUNT.test(price) && AMOUNT.test(qty)) return [price, qty]
  throw bad(line, 'holds a price or quantity that is not decimal text')
}

function objectOf(value: unknown, line: number): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw bad(line, 'holds no JSON object')
}

/** The divisor in units of its own decimals, so that tick 0.05 is 5 of scale 2. */
function divisorOf(texts: readonly string[]): { readonly units: number; readonly scale: number } {
  const widest = texts.reduce((scale, text) => Math.max(scale, scaleOfText(text)), 0)
  let divisor = 0
  for (const text of texts) {
    divisor = greatestCommonDivisor(divisor, unitsFromText(text, widest, 'snapshot'))
  }
  const scale = scaleOfText(textFromUnits(Math.max(1, divisor), widest))
  return { units: Math.max(1, divisor) / 10 ** (widest - scale), scale }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}

function bad(line: number, detail: string): EngineError {
  return new EngineError('bad_capture', `capture line ${line} ${detail}`)
}
