// What an iceberg is told: the user's words, validated whole, then bound to an instrument's steps.
// Defaults and meanings are the product's rules H1–H10, H14, H15, H22, H23, H27, H28.
import { D, unitsFromText } from '#core/decimal.ts'
import { EngineError } from '#core/engine-error.ts'
import { NS_PER_MS, NS_PER_S, priceUnits, qtyUnits, Side } from '#core/units.ts'
import type { PriceUnits, QtyUnits } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { NO_LIMIT, type PriceRule } from './order-pricing.ts'
import { ParameterReader } from './parameter-reader.ts'
import { REFERENCES, type Reference } from './quote.ts'

const REPRICE_WAYS = ['cancel_replace', 'amend', 'never'] as const

/** As written: decimals as text, times in ns. */
export interface IcebergParameters {
  readonly venue: string
  readonly account: string
  readonly symbol: string
  readonly side: 'buy' | 'sell'
  readonly totalQuantity: string
  readonly orderQuantity: string
  readonly offsetTicks: number
  readonly toleranceTicks: number
  readonly reference: Reference
  /** Of reference `fixed`. */
  readonly fixedPrice: string | undefined
  readonly limitPrice: string | undefined
  readonly postOnly: boolean
  readonly reprice: (typeof REPRICE_WAYS)[number]
  readonly repriceIntervalNs: number
  readonly sliceIntervalNs: number
  /** 0 = none. */
  readonly sliceTimeoutNs: number
  readonly sizeJitterFraction: number
  readonly timeJitterFraction: number
  readonly bookAgeMaxNs: number
  readonly bookAgeCancelNs: number
  readonly bookAgeHaltNs: number
  readonly onHalt: 'cancel' | 'leave'
  readonly haltMaxNs: number
  readonly autoRecover: boolean
  readonly ordersMax: number
  readonly repricesPerMinuteMax: number
  readonly consecutiveRejectsMax: number
  readonly resume: ResumePoint | undefined
}

/** H22: both figures leave out the fills of the order, which are read from the venue by trade. */
export interface ResumePoint {
  readonly filledQuantity: string
  readonly averagePrice: string
  /** The venue's id or the client id of a still working order, '' for none. */
  readonly orderId: string
}

/** @throws EngineError `bad_parameters` listing every key that is missing, unknown or wrong. */
export function parseIceberg(
  raw: Readonly<Record<string, unknown>>,
  what: string,
): IcebergParameters {
  const reader = new ParameterReader(raw)
  const resume = reader.section('resume')
  const reference = reader.choice('reference', REFERENCES, 'near')
  const fixedPrice = reader.optionalQuantity('price')
  if ((reference === 'fixed') !== (fixedPrice !== undefined)) {
    reader.complain('price', 'a price with reference: fixed, and only with it')
  }
  const parameters: IcebergParameters = {
    venue: reader.text('venue'),
    account: reader.text('account'),
    symbol: reader.text('symbol'),
    side: reader.choice('side', ['buy', 'sell']),
    totalQuantity: reader.quantity('total_quantity'),
    orderQuantity: reader.quantity('order_quantity'),
    offsetTicks: reader.integer('offset_ticks', 0, -100_000, 100_000),
    toleranceTicks: reader.integer('tick_tolerance', 1, 0, 1_000_000),
    reference,
    fixedPrice,
    limitPrice: reader.optionalQuantity('limit_price'),
    postOnly: reader.boolean('post_only', false),
    reprice: reader.choice('reprice', REPRICE_WAYS, 'cancel_replace'),
    repriceIntervalNs: reader.duration('reprice_interval', 100 * NS_PER_MS),
    sliceIntervalNs: reader.duration('slice_interval', 0),
    sliceTimeoutNs: reader.duration('slice_timeout', 0),
    sizeJitterFraction: reader.fraction('size_jitter_fraction', 0),
    timeJitterFraction: reader.fraction('time_jitter_fraction', 0),
    bookAgeMaxNs: reader.duration('max_book_age', 5 * NS_PER_S),
    bookAgeCancelNs: reader.duration('cancel_book_age', 5 * NS_PER_S),
    bookAgeHaltNs: reader.duration('halt_book_age', 15 * NS_PER_S),
    onHalt: reader.choice('on_halt', ['cancel', 'leave'], 'cancel'),
    haltMaxNs: reader.duration('max_halt', 3_600 * NS_PER_S),
    autoRecover: reader.boolean('auto_recover', true),
    ordersMax: reader.integer('max_orders', 1_000_000, 1, 1_000_000),
    repricesPerMinuteMax: reader.integer('max_reprices_per_minute', 600, 1, 60_000),
    consecutiveRejectsMax: reader.integer('max_consecutive_rejects', 5, 1, 1_000),
    resume: resume === undefined ? undefined : parseResume(resume),
  }
  const total = Number(parameters.totalQuantity)
  if (total > 0 && Number(parameters.orderQuantity) > total) {
    reader.complain('order_quantity', 'at most total_quantity')
  }
  if (parameters.reprice === 'amend') {
    reader.complain('reprice', 'cancel_replace or never: this venue moves no working order')
  }
  reader.finish(what, resume)
  return parameters
}

function parseResume(reader: ParameterReader): ResumePoint {
  return {
    filledQuantity: reader.amount('filled_quantity', '0'),
    averagePrice: reader.amount('average_price', '0'),
    orderId: reader.optionalText('order_id') ?? '',
  }
}

/** The same in the instrument's integers: what the hot path compares. */
export interface IcebergUnits {
  readonly side: Side
  readonly priceRule: PriceRule
  readonly totalQty: QtyUnits
  readonly orderQty: QtyUnits
  readonly fixedPrice: PriceUnits
  readonly resumeFilledQty: QtyUnits
  /** Σ price × qty of what was filled before, in 10^-(priceScale + qtyScale) of quote. */
  readonly resumeNotionalUnits: bigint
}

/** @throws EngineError naming the key when a figure does not fit the instrument's steps. */
export function bindIceberg(
  p: IcebergParameters,
  instrument: Instrument,
  what: string,
): IcebergUnits {
  const { priceScale, qtyScale, symbol } = instrument
  const price = (key: string, text: string | undefined): PriceUnits =>
    text === undefined
      ? NO_LIMIT
      : priceUnits(unitsFromText(text, priceScale, `${what}: ${key} (${symbol})`))
  const qty = (key: string, text: string): QtyUnits =>
    qtyUnits(unitsFromText(text, qtyScale, `${what}: ${key} (${symbol})`))
  const side = p.side === 'buy' ? Side.Buy : Side.Sell
  const units: IcebergUnits = {
    side,
    priceRule: {
      side,
      tickUnits: instrument.tickUnits,
      offsetTicks: p.reference === 'fixed' ? 0 : p.offsetTicks,
      limitPrice: price('limit_price', p.limitPrice),
      postOnly: p.postOnly,
    },
    totalQty: wholeLots(p.totalQuantity, instrument),
    orderQty: qty('order_quantity', p.orderQuantity),
    fixedPrice: price('price', p.fixedPrice),
    resumeFilledQty: qty('resume.filled_quantity', p.resume?.filledQuantity ?? '0'),
    resumeNotionalUnits: resumeNotional(p, instrument, what),
  }
  refuseBelowMinimum(units, p, instrument, what)
  return units
}

function resumeNotional(p: IcebergParameters, instrument: Instrument, what: string): bigint {
  if (p.resume === undefined || Number(p.resume.filledQuantity) === 0) return 0n
  const qty = unitsFromText(p.resume.filledQuantity, instrument.qtyScale, `${what}: resume`)
  // An average may have more decimals than the wire has: kept to the nearest unit of notional.
  const [whole = '0', decimals = ''] = p.resume.averagePrice.split('.')
  const scaled = BigInt(whole + decimals.padEnd(24, '0').slice(0, 24)) * BigInt(qty)
  return scaled / 10n ** BigInt(24 - instrument.priceScale)
}

/** H9: floored to whole lots; the rest is shown as unroutable. */
function wholeLots(total: string, instrument: Instrument): QtyUnits {
  const lots = new D(total).mul(D.pow(10, instrument.qtyScale)).div(instrument.lotUnits).floor()
  return qtyUnits(lots.mul(instrument.lotUnits).toNumber())
}

function refuseBelowMinimum(
  units: IcebergUnits,
  p: IcebergParameters,
  instrument: Instrument,
  what: string,
): void {
  if (units.totalQty < instrument.minQtyUnits) {
    throw new EngineError(
      'below_minimum',
      `${what}: total_quantity ${p.totalQuantity} is below the venue's minimum of ` +
        `${instrument.symbol}; raise it`,
    )
  }
}

/** An update changes how a task works, never what it is. @throws EngineError `bad_parameters`. */
export function refuseOtherIdentity(
  before: IcebergParameters,
  after: IcebergParameters,
  what: string,
): void {
  for (const key of ['venue', 'account', 'symbol', 'side'] as const) {
    if (before[key] === after[key]) continue
    throw new EngineError(
      'bad_parameters',
      `${what}: ${key} cannot be updated (${before[key]} to ${after[key]}); make another task`,
    )
  }
}
