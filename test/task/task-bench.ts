// A bench for tasks: the production tables, truth and gateway-less venue spoken to in text.
// The market is two prices; the venue does what a test says, in the order it says it.
import { EngineError } from '#core/engine-error.ts'
import { scaleOfText, unitsFromText, textFromUnits } from '#core/decimal.ts'
import { monoNs, NS_PER_MS, priceUnits, qtyUnits, SIDE_NAMES } from '#core/units.ts'
import type { MonoNs, Side } from '#core/units.ts'
import { InstrumentStatus, InstrumentTable, type Instrument } from '#market/instrument.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { FillLedger } from '#order/fill-ledger.ts'
import { CANCEL_CAUSE_NAMES, IntentKind, IntentQueue } from '#order/intent.ts'
import { LiveOrders } from '#order/live-orders.ts'
import type { OrderType, RejectReason } from '#order/order-codes.ts'
import { isWorking, OrderEvent } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { VenueEvent, VenueEventKind } from '#order/venue-event.ts'
import { parseIceberg } from '#task/iceberg-parameters.ts'
import { Iceberg } from '#task/iceberg.ts'
import type { TaskContext } from '#task/task.ts'

export interface BenchMarket {
  readonly tick: string
  readonly lot: string
  readonly minQty?: string
  readonly minNotional?: string
  readonly bid: string
  readonly ask: string
}

const INSTANCE = 1
const INCARNATION = 1

export class TaskBench {
  readonly instrument: Instrument
  readonly orders = new OrderTable(256)
  readonly live = new LiveOrders(this.orders)
  readonly fills = new FillLedger()
  readonly positions = new PositionLedger()
  readonly intents = new IntentQueue()
  readonly log: string[] = []
  readonly states: string[] = []
  readonly alarms: string[] = []
  readonly queries: number[] = []
  readonly task: Iceberg
  isReady = true
  isPastKnown = true
  halt = ''
  isTradable = true
  bookAgeNs = 0
  movedTicks = 0
  freeFunds = 1e12
  /** Of the order table, for another program's order. */
  hasRoom = true
  nowNs: MonoNs = monoNs(0)
  #bid: number
  #ask: number
  #wakeNs = Infinity
  #sequence = 0
  #tradeId = 0
  readonly #truth: OrderTruth

  constructor(market: BenchMarket, parameters: Record<string, unknown>) {
    this.instrument = instrumentOf(market)
    this.#bid = this.price(market.bid)
    this.#ask = this.price(market.ask)
    this.#truth = new OrderTruth({
      orders: this.orders,
      live: this.live,
      fills: this.fills,
      positions: this.positions,
      instance: INSTANCE,
      taskOf: (task) => task,
      listener: {
        onOrderChanged: () => {},
        onFill: () => {},
        onNeedsQuery: (order) => this.queries.push(order),
        onOwedFills: () => {},
        onAdopted: () => {},
        onAnomaly: (code) => this.alarms.push(code),
        onUnmatchedFill: () => {},
      },
    })
    const raw = { venue: 'test_spot', account: 'main', symbol: 'BTC/USDT', ...parameters }
    this.task = new Iceberg(this.#context(), {
      index: 0,
      id: 'bench',
      account: 0,
      instrument: this.instrument,
      parameters: parseIceberg(raw, 'bench'),
      raw,
      seed: 1,
    })
  }

  /** Starts and runs until the first order is out. */
  start(): this {
    this.command('start')
    return this
  }

  command(name: 'start' | 'pause' | 'resume' | 'cancel' | 'recover'): EngineError | null {
    const refusal = this.task.command(name, null, this.nowNs)
    this.#turn()
    return refusal
  }

  update(parameters: Record<string, unknown>): EngineError | null {
    const raw = { ...this.task.parameters, ...parameters }
    const refusal = this.task.command('update', { raw }, this.nowNs)
    this.#turn()
    return refusal
  }

  /** How soon the task has asked to be stepped again; Infinity when it waits for the world. */
  get wakesInMs(): number {
    return (this.#wakeNs - this.nowNs) / NS_PER_MS
  }

  /** Time passes; due wakes run. */
  wait(ms: number): this {
    this.nowNs = monoNs(this.nowNs + ms * NS_PER_MS)
    this.#turn()
    return this
  }

  quote(bid: string, ask: string): this {
    this.#bid = this.price(bid)
    this.#ask = this.price(ask)
    this.#turn()
    return this
  }

  /** The venue answers about the newest unsettled order. */
  accept(): this {
    return this.#tell(VenueEventKind.Accepted, () => {})
  }

  reject(reason: RejectReason): this {
    return this.#tell(VenueEventKind.Rejected, (event) => {
      event.reason = reason
    })
  }

  unknown(): this {
    return this.#tell(VenueEventKind.PlaceUnknown, () => {})
  }

  fill(qty: string, price?: string): this {
    const order = this.live.firstOfTask(0)
    return this.#tell(VenueEventKind.Fill, (event) => {
      event.instrument = this.instrument.index
      event.tradeId = String(++this.#tradeId)
      event.qtyUnits = this.qty(qty)
      event.priceUnits = price === undefined ? this.orders.priceUnits(order) : this.price(price)
      event.side = this.orders.side(order)
    })
  }

  /** Accepted and filled whole. */
  fillWhole(): this {
    const order = this.live.firstOfTask(0)
    this.accept()
    const rest = this.orders.qtyUnits(order) - this.orders.filledUnits(order)
    return this.fill(textFromUnits(rest, this.instrument.qtyScale))
  }

  /** A query found it open. */
  reportedOpen(qty: string, price: string, cumQty: string): this {
    return this.#tell(VenueEventKind.ReportedOpen, (event) => {
      event.qtyUnits = this.qty(qty)
      event.priceUnits = this.price(price)
      event.cumQtyUnits = this.qty(cumQty)
      event.side = this.orders.side(this.live.firstOfTask(0))
    })
  }

  cancelled(cumQty?: string): this {
    const order = this.live.firstOfTask(0)
    const filled = this.orders.filledUnits(order)
    return this.#tell(VenueEventKind.Cancelled, (event) => {
      event.cumQtyUnits = cumQty === undefined ? filled : this.qty(cumQty)
    })
  }

  /** Everything sent since the last call: `sell 0.1 @ 43249.98`, `cancel reprice`. */
  sent(): string[] {
    return this.log.splice(0)
  }

  get state(): string {
    return this.task.stateName
  }

  get report() {
    return this.task.report(this.nowNs)
  }

  price(text: string): number {
    return unitsFromText(text, this.instrument.priceScale, 'price')
  }

  qty(text: string): number {
    return unitsFromText(text, this.instrument.qtyScale, 'qty')
  }

  #context(): TaskContext {
    const instruments = new InstrumentTable()
    instruments.put(this.instrument)
    return {
      instruments,
      orders: this.orders,
      live: this.live,
      fills: this.fills,
      intents: this.intents,
      market: {
        isTradable: () => this.isTradable,
        bookAgeNs: () => this.bookAgeNs,
        movedTicks: () => this.movedTicks,
        netTop: () => ({ bid: this.#bid, ask: this.#ask, last: 0 }),
      },
      journal: {
        taskState: (_task, _state, stateName) => this.states.push(stateName),
        taskNote: () => {},
      },
      isReady: () => this.isReady,
      isPastKnown: () => this.isPastKnown,
      halt: () => this.halt,
      adoptForeign: (task, foreignId) => {
        if (!this.hasRoom) return false
        const order = this.orders.take(clientIdHi(INSTANCE, INCARNATION, 0), this.#sequence++)
        this.orders.setTask(order, task.index)
        this.orders.setSide(order, task.side)
        this.orders.setForeignId(order, foreignId)
        this.orders.setQtyUnits(order, 0)
        this.log.push(`adopt ${foreignId}`)
        this.#truth.enter(order, OrderEvent.NoAnswer, 0, this.nowNs)
        return true
      },
      wakeAt: (_task, deadlineNs) => {
        this.#wakeNs = Math.min(this.#wakeNs, deadlineNs)
      },
      freeFunds: () => this.freeFunds,
      event: () => {},
    }
  }

  /** Steps and sends until nothing more happens now. */
  #turn(): void {
    for (let round = 0; round < 20; round++) {
      this.#wakeNs = Infinity
      this.task.step(this.nowNs)
      const hadIntents = this.intents.count > 0
      this.#send()
      if (!hadIntents && this.#wakeNs > this.nowNs) return
    }
    throw new Error('the task never came to rest')
  }

  #send(): void {
    for (let i = 0; i < this.intents.count; i++) {
      const intent = this.intents.at(i)
      if (intent.kind === IntentKind.Cancel) {
        if (!isWorking(this.orders.state(intent.order))) continue
        this.log.push(`cancel ${CANCEL_CAUSE_NAMES[intent.cause]}`)
        this.#truth.enter(intent.order, OrderEvent.CancelSend, 0, this.nowNs)
        continue
      }
      const side = SIDE_NAMES[intent.side]
      const { priceScale, qtyScale } = this.instrument
      const qty = textFromUnits(intent.qty, qtyScale)
      this.log.push(`${side} ${qty} @ ${textFromUnits(intent.price, priceScale)}`)
      this.#place(intent.side, intent.price, intent.qty, intent.type)
    }
    this.intents.clear()
  }

  #place(side: Side, price: number, qty: number, type: OrderType): void {
    const { orders } = this
    const hi = clientIdHi(INSTANCE, INCARNATION, 0)
    const order = orders.take(hi, clientIdLo(0, this.#sequence++))
    orders.setTask(order, 0)
    orders.setAccount(order, 0)
    orders.setInstrument(order, this.instrument.index)
    orders.setSide(order, side)
    orders.setType(order, type)
    orders.setPriceUnits(order, price)
    orders.setQtyUnits(order, qty)
    this.#truth.enter(order, OrderEvent.Send, 0, this.nowNs)
    this.task.onPlaced(order, this.nowNs)
  }

  #tell(kind: VenueEventKind, fill: (event: VenueEvent) => void): this {
    const order = this.live.firstOfTask(0)
    if (order === -1) throw new Error('the task has no order to tell something about')
    const event = new VenueEvent()
    event.kind = kind
    event.clientIdHi = this.orders.clientIdHi(order)
    event.clientIdLo = this.orders.clientIdLo(order)
    event.venueOrderId = `v${order}`
    fill(event)
    this.#truth.apply(event, this.nowNs)
    this.#turn()
    return this
  }
}

function instrumentOf(market: BenchMarket): Instrument {
  const priceScale = scaleOfText(market.tick)
  const qtyScale = Math.max(scaleOfText(market.lot), 8)
  return {
    index: 0,
    market: 'test_spot',
    symbol: 'BTC/USDT',
    venueSymbol: 'BTCUSDT',
    baseAsset: 'BTC',
    quoteAsset: 'USDT',
    priceScale,
    qtyScale,
    tickUnits: priceUnits(unitsFromText(market.tick, priceScale, 'tick')),
    lotUnits: qtyUnits(unitsFromText(market.lot, qtyScale, 'lot')),
    minQtyUnits: qtyUnits(unitsFromText(market.minQty ?? market.lot, qtyScale, 'min')),
    maxQtyUnits: qtyUnits(unitsFromText('9000', qtyScale, 'max')),
    minNotional: market.minNotional ?? '5',
    status: InstrumentStatus.Trading,
  }
}
