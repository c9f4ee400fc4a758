// Whether the balances that the venue lists move as our own fills and fees say they must.
//
//   listed total now − listed total before − fills and fees in between = what nobody explained
//
// Totals count free and locked together, so working orders do not matter. People and other programs
// share accounts: what is unexplained is told with its figures, never acted upon, and only when two
// looks in a row agree on it, for the private stream may be a moment behind the listing. Cold.
import { D } from '#core/decimal.ts'
import type { NoticeSink } from '#core/notice.ts'
import { sideSign, type MonoNs } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import type { Fill } from '#order/fill-ledger.ts'
import type { PositionLedger } from '#order/position-ledger.ts'
import { DifferenceLog } from './difference-log.ts'

/** Fills are added up when somebody looks, or when this many wait. */
const WAITING_FILLS_MAX = 1_024

export interface BalanceCheckParts {
  /** Index of the account. */
  readonly account: number
  /** `binance_spot main`, for people. */
  readonly name: string
  readonly instruments: InstrumentTable
  readonly positions: PositionLedger
  readonly notices: NoticeSink
}

/** The newest balance of an asset, as the venue spelt it. */
class Told {
  free = ''
  locked = ''
  venueTimeUs = 0
  /** Since the venue was last asked. */
  isListed = false
}

interface Asset {
  /** Free and locked as the last agreed look had them; null before the first. */
  baseline: D | null
  /** By our fills and fees since then. */
  moved: D
  /** What the look before this one could not explain. */
  suspect: D
}

export class BalanceCheck {
  readonly #parts: BalanceCheckParts
  readonly #log: DifferenceLog
  readonly #assets = new Map<string, Asset>()
  readonly #told = new Map<string, Told>()
  #waiting: Fill[] = []
  #bookedCount = 0
  #bookedAtAsk = 0

  constructor(parts: BalanceCheckParts) {
    this.#parts = parts
    this.#log = new DifferenceLog(parts.notices)
  }

  /** Every fill of the account. Hot: it only waits here. */
  booked(fill: Fill): void {
    this.#bookedCount++
    this.#waiting.push(fill)
    if (this.#waiting.length >= WAITING_FILLS_MAX) this.#addUp()
  }

  /** The venue is about to be asked for its balances. */
  asked(): void {
    for (const told of this.#told.values()) told.isListed = false
    this.#bookedAtAsk = this.#bookedCount
  }

  /** A balance, listed or pushed. Hot. False when a newer one has overtaken it. */
  heard(asset: string, free: string, locked: string, venueTimeUs: number): boolean {
    let told = this.#told.get(asset)
    if (told === undefined) {
      told = new Told()
      this.#told.set(asset, told)
    }
    told.isListed = true
    if (venueTimeUs > 0 && venueTimeUs < told.venueTimeUs) return false
    told.free = free
    told.locked = locked
    told.venueTimeUs = venueTimeUs
    return true
  }

  /** A new session: the venue's clock may have been set meanwhile. */
  forgetTimes(): void {
    for (const told of this.#told.values()) told.venueTimeUs = 0
  }

  /**
   * The listing was whole: assets that it left out are zero. With `isComparable` (no fill is under
   * way) the totals are held against our fills. True when a difference wants a second look.
   */
  listed(traded: readonly number[], isComparable: boolean, nowNs: MonoNs): boolean {
    const assets = this.#assetsOf(traded)
    for (const asset of assets) this.#setAbsent(asset)
    this.#addUp()
    if (!isComparable || this.#bookedCount !== this.#bookedAtAsk) return false
    let isSuspect = false
    for (const asset of assets) {
      if (this.#compare(asset, this.#totalOf(asset), nowNs)) isSuspect = true
    }
    return isSuspect
  }

  /** Base and quote of what is traded, and what fees were paid in. */
  #assetsOf(traded: readonly number[]): ReadonlySet<string> {
    const assets = new Set(this.#assets.keys())
    for (const index of traded) {
      const { baseAsset, quoteAsset } = this.#parts.instruments.at(index)
      assets.add(baseAsset).add(quoteAsset)
    }
    return assets
  }

  #setAbsent(asset: string): void {
    const { positions, account } = this.#parts
    if (this.#told.get(asset)?.isListed === true) return
    positions.setBalance(account, asset, '0', '0')
  }

  #totalOf(asset: string): D {
    const told = this.#told.get(asset)
    return told?.isListed === true ? new D(told.free).add(told.locked) : new D(0)
  }

  #addUp(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const fill of waiting) {
      const { baseAsset, quoteAsset, qtyScale, priceScale } = this.#parts.instruments.at(
        fill.instrument,
      )
      const sign = sideSign(fill.side)
      const base = new D(fill.qtyUnits).mul(sign).div(D.pow(10, qtyScale))
      const price = new D(fill.priceUnits).div(D.pow(10, priceScale))
      this.#move(baseAsset, base)
      this.#move(quoteAsset, base.mul(price).neg())
      if (fill.fee !== '') this.#move(fill.feeAsset, new D(fill.fee).neg())
    }
  }

  #move(name: string, by: D): void {
    const asset = this.#asset(name)
    asset.moved = asset.moved.add(by)
  }

  /** True when the difference is new: it is told when the next look finds the same. */
  #compare(name: string, total: D, nowNs: MonoNs): boolean {
    const asset = this.#asset(name)
    const expected = (asset.baseline ?? total).add(asset.baseline === null ? 0 : asset.moved)
    const unexplained = total.sub(expected)
    const isNew = !unexplained.isZero() && !unexplained.eq(asset.suspect)
    asset.suspect = unexplained
    if (isNew) return true
    if (unexplained.isZero()) this.#log.healed(name)
    else this.#tell(name, { expected, total, unexplained }, nowNs)
    asset.baseline = total
    asset.moved = new D(0)
    asset.suspect = new D(0)
    return false
  }

  #tell(
    name: string,
    figures: { readonly expected: D; readonly total: D; readonly unexplained: D },
    nowNs: MonoNs,
  ): void {
    const { expected, total, unexplained } = figures
    const text =
      `${this.#parts.name}: ${name} is ${total.toFixed()}, by our fills and fees it would be ` +
      `${expected.toFixed()} (${unexplained.toFixed()} moved by somebody else)`
    this.#log.found(name, { level: 'warn', code: 'balance_difference', text }, nowNs)
  }

  #asset(name: string): Asset {
    const known = this.#assets.get(name)
    if (known !== undefined) return known
    const fresh = { baseline: null, moved: new D(0), suspect: new D(0) }
    this.#assets.set(name, fresh)
    return fresh
  }
}
