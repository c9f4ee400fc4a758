// The venue's rate windows of one account: orders per ten seconds and per day, request weight per
// minute. Every reply reports the venue's own counts, which replace ours; the limits start at the
// documents' figures and follow what the venue says.
// Orders are counted for placing only: nothing but weight stands between us and a cancel.
// Source: WebSocket API document "Rate limits" of 2026-07-21.
import { monoNs, NS_PER_MS, NS_PER_S, NS_PER_US, type MonoNs } from '#core/units.ts'
import { Lane, RateBudget } from '#wire/rate-budget.ts'
import { LimitKind, type LimitListener } from './rate-limit.ts'
import type { ReplyEnvelope } from './reply-envelope.ts'

const ORDERS_10S_LIMIT = 50
const ORDERS_1D_LIMIT = 160_000
export const WEIGHT_1M_LIMIT = 6_000
/** By lane: cancel, hedge, reduce, open, query. */
export const WEIGHT_RESERVED = [0, 0.05, 0.1, 0.2, 0.3]
const ORDERS_RESERVED = [0, 0, 0.05, 0.1, 0.1]
/** How long to be quiet after a 429 or 418 that does not say. */
const QUIET_NS = 10 * NS_PER_S

export class RateWindows implements LimitListener {
  readonly weight = new RateBudget({
    name: 'binance_spot weight 1m',
    windowNs: 60 * NS_PER_S,
    limit: WEIGHT_1M_LIMIT,
    reservedFractions: WEIGHT_RESERVED,
  })
  readonly #orders10S = new RateBudget({
    name: 'binance_spot orders 10s',
    windowNs: 10 * NS_PER_S,
    limit: ORDERS_10S_LIMIT,
    reservedFractions: ORDERS_RESERVED,
  })
  readonly #orders1D = new RateBudget({
    name: 'binance_spot orders 1d',
    windowNs: 86_400 * NS_PER_S,
    limit: ORDERS_1D_LIMIT,
    reservedFractions: ORDERS_RESERVED,
  })
  #nowNs: MonoNs = monoNs(0)

  /** The venue's windows begin on its own clock's round times. */
  align(venueOffsetUs: number): void {
    const offsetNs = venueOffsetUs * NS_PER_US
    this.weight.align(offsetNs)
    this.#orders10S.align(offsetNs)
    this.#orders1D.align(offsetNs)
  }

  /** Takes one order from both order windows. */
  spendOrder(lane: Lane, nowNs: MonoNs): boolean {
    return this.#orders10S.spend(lane, 1, nowNs) && this.#orders1D.spend(lane, 1, nowNs)
  }

  /** A cancel costs weight only when it fails; it is refused only while the venue bans us. */
  spendCancel(nowNs: MonoNs): boolean {
    return this.weight.spend(Lane.Cancel, 1, nowNs)
  }

  /** Corrects the windows by what a reply says; a 429 or 418 closes all of them for a while. */
  observe(reply: ReplyEnvelope, nowNs: MonoNs): void {
    this.#nowNs = nowNs
    reply.readLimits(this)
    if (reply.status !== 429 && reply.status !== 418) return
    const toldNs = (reply.retryAfterMs - reply.serverTimeMs) * NS_PER_MS
    const isTold = reply.retryAfterMs > 0 && reply.serverTimeMs > 0 && toldNs > 0
    const untilNs = monoNs(nowNs + (isTold ? toldNs : QUIET_NS))
    this.weight.blockUntil(untilNs)
    this.#orders10S.blockUntil(untilNs)
  }

  onLimit(kind: LimitKind, limit: number, count: number): void {
    const window = this.#windowOf(kind)
    if (window === null) return
    window.setLimit(limit)
    window.observe(count, this.#nowNs)
  }

  #windowOf(kind: LimitKind): RateBudget | null {
    if (kind === LimitKind.Orders10S) return this.#orders10S
    if (kind === LimitKind.Orders1D) return this.#orders1D
    return kind === LimitKind.Weight1M ? this.weight : null
  }
}
