// Hot path.
// The synchronous gate before every order: nothing is sent that it has not admitted.
//
// Each rule looks at what is true now (live orders, positions, the book) and at the worst case:
// everything open, in flight or unknown fills. Cancels never pass here: taking risk back is free.
import { Outcome } from '#core/outcome.ts'
import { oppositeSide, Side, sideSign, type MonoNs } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import type { Intent } from '#order/intent.ts'
import type { LiveOrders } from '#order/live-orders.ts'
import type { OrderTable } from '#order/order-table.ts'
import type { PositionLedger } from '#order/position-ledger.ts'
import { KillSwitch } from './kill-switch.ts'
import { limitsOf, type InstrumentLimits, type RiskSettings } from './limits.ts'
import { Refusal, type RiskRule } from './refusal.ts'
import { SendRate } from './send-rate.ts'

const NONE = -1
/** A float product is at most this much below the true one. */
const FLOAT_MARGIN = 1 + 2 ** -50

/** What the gate asks of the books. */
export interface GateMarket {
  isTradable(instrument: number, nowNs: MonoNs, ageMaxNs: number): boolean
  /** Mid of the visible touch, 0 while a side is empty. */
  mid(instrument: number): number
}

/** What a task may fill in total and has filled, in qtyUnits. */
export interface GateTasks {
  totalUnits(task: number): number
  filledUnits(task: number): number
}

export interface RiskGateParts {
  readonly settings: RiskSettings
  readonly instruments: InstrumentTable
  readonly orders: OrderTable
  readonly live: LiveOrders
  readonly positions: PositionLedger
  readonly market: GateMarket
  readonly tasks: GateTasks
  readonly bookAgeMaxNs: number
}

export class RiskGate {
  /** Why the last check refused. */
  readonly refusal = new Refusal()
  /** While it is engaged no order passes, cancels do. */
  readonly killSwitch = new KillSwitch()
  readonly #parts: RiskGateParts
  readonly #rate: SendRate
  readonly #limits: InstrumentLimits[] = []
  /** Set by an engine that ends: no order passes, cancels do. */
  halted = false

  constructor(parts: RiskGateParts) {
    this.#parts = parts
    this.#rate = new SendRate(parts.settings.ordersPerSecond)
  }

  /** Ok; RateLimited or NotReady for what passes by itself; Refused for what does not. */
  check(intent: Intent, nowNs: MonoNs): Outcome {
    if (this.killSwitch.isEngaged) return this.#say('kill_switch', 0, 1, Outcome.NotReady)
    if (this.halted) return this.#say('halted', 0, 1, Outcome.NotReady)
    const { live, market, settings } = this.#parts
    if (live.hasUnknownOn(intent.index, intent.account, intent.instrument)) {
      return this.#say('unknown_order', 0, 1, Outcome.NotReady)
    }
    if (!market.isTradable(intent.instrument, nowNs, this.#parts.bookAgeMaxNs)) {
      return this.#say('stale_book', this.#parts.bookAgeMaxNs, 0, Outcome.NotReady)
    }
    const size = this.#checkSize(intent)
    if (size !== Outcome.Ok) return size
    const price = this.#checkPrice(intent)
    if (price !== Outcome.Ok) return price
    if (live.count >= settings.maxOpenOrders) {
      return this.#say('max_open_orders', settings.maxOpenOrders, live.count, Outcome.RateLimited)
    }
    if (!this.#rate.admits(nowNs)) {
      return this.#say('orders_per_second', this.#rate.limit, this.#rate.limit, Outcome.RateLimited)
    }
    return Outcome.Ok
  }

  /** An admitted order was handed to a venue. */
  sent(nowNs: MonoNs): void {
    this.#rate.sent(nowNs)
  }

  #checkSize(intent: Intent): Outcome {
    const { live, tasks, positions } = this.#parts
    // The overfill rule, looked at a second time by somebody who is not the task.
    const committed =
      tasks.filledUnits(intent.index) + live.exposureOfTask(intent.index) + intent.qty
    const total = tasks.totalUnits(intent.index)
    if (committed > total) return this.#say('task_total', total, committed, Outcome.Refused)
    const limits = this.#limitsOf(intent.instrument)
    const notional = intent.price * intent.qty * limits.notionalScale * FLOAT_MARGIN
    if (notional > limits.orderNotionalMax) {
      return this.#say('max_order_notional', limits.orderNotionalMax, notional, Outcome.Refused)
    }
    const net = positions.netUnits(intent.account, intent.instrument) * sideSign(intent.side)
    const open = live.exposureOf(intent.account, intent.instrument, intent.side)
    const worst = net + open + intent.qty
    if (worst > limits.positionMaxUnits) {
      return this.#say('max_position', limits.positionMaxUnits, worst, Outcome.Refused)
    }
    return this.#checkBalance(intent, open)
  }

  /** Free and locked together must cover all that is open: lag between the two never matters. */
  #checkBalance(intent: Intent, openUnits: number): Outcome {
    const instrument = this.#parts.instruments.at(intent.instrument)
    const isSell = intent.side === Side.Sell
    const asset = isSell ? instrument.baseAsset : instrument.quoteAsset
    const balance = this.#parts.positions.balance(intent.account, asset)
    if (balance === undefined) return Outcome.Ok
    const units = openUnits + intent.qty
    const limits = this.#limitsOf(intent.instrument)
    const needed = units * (isSell ? limits.baseScale : intent.price * limits.notionalScale)
    // A balance in doubles is an estimate: the venue has the last word on the last digits.
    const held = (balance.free + balance.locked) * (1 + 1e-9)
    return needed > held ? this.#say('balance', held, needed, Outcome.Refused) : Outcome.Ok
  }

  #checkPrice(intent: Intent): Outcome {
    const mid = this.#parts.market.mid(intent.instrument)
    if (mid === 0) return this.#say('stale_book', 0, 0, Outcome.NotReady)
    const { priceCollarBps } = this.#parts.settings
    const distanceBps = (Math.abs(intent.price - mid) / mid) * 10_000
    if (distanceBps > priceCollarBps) {
      return this.#say('price_collar', priceCollarBps, distanceBps, Outcome.Refused)
    }
    return this.#checkSelfCross(intent)
  }

  /** Never trade with ourselves: no own order of the account on the other side at or through. */
  #checkSelfCross(intent: Intent): Outcome {
    const { live, orders } = this.#parts
    const sign = sideSign(intent.side)
    const other = oppositeSide(intent.side)
    let o = live.firstOfInstrument(intent.instrument)
    for (; o !== NONE; o = live.nextOfInstrument(o)) {
      if (orders.account(o) !== intent.account || orders.side(o) !== other) continue
      const gap = sign * (intent.price - orders.priceUnits(o))
      if (gap >= 0)
        return this.#say('self_cross', orders.priceUnits(o), intent.price, Outcome.Refused)
    }
    return Outcome.Ok
  }

  #limitsOf(instrument: number): InstrumentLimits {
    return (this.#limits[instrument] ??= limitsOf(
      this.#parts.settings,
      this.#parts.instruments.at(instrument),
    ))
  }

  #say(rule: RiskRule, limit: number, value: number, outcome: Outcome): Outcome {
    this.refusal.set(rule, limit, value)
    return outcome
  }
}
