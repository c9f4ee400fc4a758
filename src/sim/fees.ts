// What a fill costs at the venue: a share of what the order receives, in the asset it receives.
//
// As on Binance spot without the BNB discount (documents of 2026-07): a buy pays in base, a sell in
// quote. A fee is exact and then cut off after 8 decimals, in the customer's favour.
import { EngineError } from '#core/engine-error.ts'
import { Side } from '#core/units.ts'
import { MONEY_SCALE } from './accounts.ts'
import type { SimInstrument } from './exchange-types.ts'

/** Basis points of the amount received; at most two decimals (7.5 bps = 0.075 %). */
export interface FeeBps {
  readonly maker: number
  readonly taker: number
}

export const FEES_BPS_DEFAULT: FeeBps = { maker: 10, taker: 10 }

const RATE_DENOMINATOR = 1_000_000n
const FEE_STEP = 10n ** BigInt(MONEY_SCALE - 8)

/**
 * A fee rate as a count of 10^-6.
 * @throws EngineError `bad_fee` outside 0–1,000 bps or with more than two decimals.
 */
export function feeRate(bps: number): bigint {
  const rate = Math.round(bps * 100)
  const isExact = Math.abs(rate - bps * 100) < 1e-6
  if (!isExact || rate < 0 || rate > 100_000) {
    throw new EngineError('bad_fee', `a fee of ${bps} bps is not between 0 and 1000 in 0.01 steps`)
  }
  return BigInt(rate)
}

export function feeOf(received: bigint, rate: bigint): bigint {
  const exact = (received * rate) / RATE_DENOMINATOR
  return exact - (exact % FEE_STEP)
}

/** price × qty as money of the quote asset. */
export function notionalMoney(
  instrument: SimInstrument,
  priceUnits: number,
  qtyUnits: number,
): bigint {
  return quoteMoney(instrument, BigInt(priceUnits) * BigInt(qtyUnits))
}

/** Σ price × qty in scaled units as money of the quote asset. */
export function quoteMoney(instrument: SimInstrument, quoteUnits: bigint): bigint {
  return quoteUnits * 10n ** BigInt(MONEY_SCALE - instrument.priceScale - instrument.qtyScale)
}

/** A quantity as money of the base asset. */
export function baseMoney(instrument: SimInstrument, qtyUnits: number): bigint {
  return BigInt(qtyUnits) * 10n ** BigInt(MONEY_SCALE - instrument.qtyScale)
}

/** The asset an order pays with, and the asset it receives and pays its fee in. */
export const paidAsset = (instrument: SimInstrument, side: Side): string =>
  side === Side.Buy ? instrument.quoteAsset : instrument.baseAsset
export const receivedAsset = (instrument: SimInstrument, side: Side): string =>
  side === Side.Buy ? instrument.baseAsset : instrument.quoteAsset
