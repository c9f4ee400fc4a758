// One order's life between engine and a model venue, told by numbers: each picks what happens next
// among everything that could. The production truth, ladder and account check run in it.
import { Outcome } from '#core/outcome.ts'
import { Prng } from '#core/prng.ts'
import { monoNs, NS_PER_MS, NS_PER_S } from '#core/units.ts'
import { AccountCheck } from '#loop/account-check.ts'
import { ListingTokens } from '#loop/listing-tokens.ts'
import { Settlement } from '#loop/settlement.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { FillLedger } from '#order/fill-ledger.ts'
import { exposureUnits, isSettled, LiveOrders, owedUnits } from '#order/live-orders.ts'
import { isTerminal, isUndecided, isWorking, ORDER_STATE_NAMES } from '#order/order-state.ts'
import { OrderEvent, OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { OrderTruth } from '#order/order-truth.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { VenueEventKind, type VenueEvent } from '#order/venue-event.ts'
import { ModelVenue, PRICE, WINDOW_NS, type Message } from './model-venue.ts'
import { StepTimers } from './step-timers.ts'

const QTY = 100
/** Nothing lasts longer than this when the venue answers everything. */
const TIME_OF_LADDER_NS = 400 * NS_PER_S
const CANCELS_MAX = 30

type Deed = readonly [name: string, act: (extra: number) => unknown]

/** One order's life between engine and venue; every number of a script picks what happens next. */
export class Story {
  readonly orders = new OrderTable(2)
  readonly timers = new StepTimers()
  readonly fills = new FillLedger()
  readonly anomalies: string[] = []
  /** What happened, for the reader of a counterexample. */
  readonly trace: string[] = []
  readonly venue: ModelVenue
  readonly order: number
  readonly #live = new LiveOrders(this.orders)
  readonly #settlement: Settlement
  readonly #truth: OrderTruth
  /** Of an account that is watched: then events of its stream may be lost for good. */
  readonly #check: AccountCheck | null

  constructor(options: { readonly isWatched: boolean }) {
    const { orders, fills, timers, anomalies } = this
    const live = this.#live
    const tokens = new ListingTokens()
    this.venue = new ModelVenue(orders, {
      tell: (event) => this.#tell(event),
      notFound: (order) =>
        this.#settlement.notFound(orders.clientIdHi(order), orders.clientIdLo(order)),
      end: (token, complete) => tokens.end(token, complete, timers.nowNs),
    })
    const { venue } = this
    this.#settlement = new Settlement({
      orders,
      live,
      timers: timers.wheel,
      tokens,
      notices: { notice: () => {} },
      journal: { operatorVerdict: () => Outcome.Ok },
      accountOf: () => venue,
      instruments: { count: 1 },
      cancel: (order) => this.#cancel(order),
    })
    this.#truth = new OrderTruth({
      orders,
      live,
      fills,
      positions: new PositionLedger(),
      instance: 1,
      taskOf: (task) => task,
      listener: {
        onOrderChanged: () => {},
        onFill: () => {},
        onNeedsQuery: (order, nowNs) => this.#settlement.needsQuery(order, nowNs),
        onOwedFills: (order, nowNs) => this.#settlement.owedFills(order, nowNs),
        onAdopted: () => anomalies.push('adopted'),
        onAnomaly: (code) => anomalies.push(code),
        onUnmatchedFill: () => anomalies.push('unmatched'),
      },
    })
    this.#settlement.bind(this.#truth)
    this.#check = options.isWatched ? this.#watch(tokens) : null
    this.#check?.start(timers.nowNs)
    this.order = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, 0))
    orders.setTask(this.order, 0)
    orders.setQtyUnits(this.order, QTY)
    orders.setPriceUnits(this.order, PRICE)
    orders.setCreatedNs(this.order, timers.nowNs)
    venue.place(this.order)
    this.#truth.enter(this.order, OrderEvent.Send, 0, timers.nowNs)
  }

  get state(): OrderState {
    return this.orders.state(this.order)
  }

  /** Does what the number picks among everything that could happen now. */
  step(pick: number): void {
    const deeds = this.#deeds()
    const [name, act] = deeds[pick % deeds.length]!
    act(Math.floor(pick / deeds.length))
    this.trace.push(`${name} → ${ORDER_STATE_NAMES[this.state]}`)
    this.check()
  }

  /** From now on everything arrives, and every question is answered. */
  settle(): void {
    const { venue } = this
    venue.outcome = Outcome.Ok
    venue.isPartial = false
    // An empty answer about an order that it has named proves nothing, however often it comes.
    for (let i = 0; venue.isForgetful && i < 30; i++) {
      for (const message of venue.bag.splice(0)) message.deliver()
      this.check()
      this.#passTime(monoNs(this.timers.nowNs + NS_PER_S))
    }
    venue.isForgetful = false
    if (!venue.isUp) this.#sessionUp()
    const untilNs = this.timers.nowNs + TIME_OF_LADDER_NS
    while (this.timers.nowNs < untilNs) {
      while (venue.bag.length > 0) {
        venue.bag.shift()!.deliver()
        this.check()
      }
      // Those that nobody has shown by now come to light at last.
      if (this.timers.nowNs > untilNs - TIME_OF_LADDER_NS / 2) venue.isWithholding = false
      if (!this.#passTime(untilNs)) break
    }
    venue.isWithholding = false
    if (this.#check !== null) return
    // What the account check asks for every half minute.
    venue.requestOpenOrders(0, 0)
    venue.requestFills(0, '', 0, 0)
    for (const message of venue.bag.splice(0)) message.deliver()
  }

  /** What holds at every moment. */
  check(): void {
    const { orders, order, venue } = this
    const at = venue.book.get(order)
    const traded = at?.traded ?? 0
    const arrivesYet = (venue.arriving.get(order) ?? -1) >= this.timers.nowNs
    const open = at?.standing === 'open' ? at.qty - at.traded : 0
    const possible = traded + open + (at === undefined && arrivesYet ? QTY : 0)
    const filled = orders.filledUnits(order)
    if (filled > traded) throw new Error(`${filled} booked of ${traded} traded`)
    const held = filled + exposureUnits(orders, order)
    // What ends at the venue before its last trades are told is known to be over, and no more.
    const isOpen = at === undefined || at.standing === 'open'
    if (isOpen && held < possible) throw new Error(`${possible} possible, ${held} held for so`)
    const isHeldAbsent = this.state === OrderState.Rejected
    if (isHeldAbsent && (at !== undefined || arrivesYet)) throw new Error('held for absent')
    if (venue.cancels > CANCELS_MAX) throw new Error('cancels without end')
  }

  /** What must be true when everything has been told; compared as text, which is quick. */
  judge(): void {
    const { orders, order, venue, fills } = this
    const at = venue.book.get(order)
    const trades = at?.trades ?? []
    const notional = trades.reduce((sum, { qty, price }) => sum + qty * price, 0)
    const traded = at?.traded ?? 0
    const isOpen = at?.standing === 'open'
    const { qtyUnits, notionalUnits, count } = fills.totals(0)
    const ours = [
      ORDER_STATE_NAMES[this.state],
      `${qtyUnits} filled, ${orders.filledUnits(order)} of the order, ${count} trades`,
      `for ${notionalUnits} and ${orders.filledNotional(order)}`,
      `${owedUnits(orders, order)} owed`,
      isSettled(orders, order) ? 'settled' : `live of ${orders.qtyUnits(order)}`,
      this.#live.has(order) ? 'counted as live' : 'not counted',
    ]
    const venues = [
      this.#stateAtVenue(),
      `${traded} filled, ${traded} of the order, ${trades.length} trades`,
      `for ${notional} and ${notional}`,
      '0 owed',
      isOpen ? `live of ${at.qty}` : 'settled',
      isOpen ? 'counted as live' : 'not counted',
    ]
    if (ours.join() !== venues.join())
      throw new Error(`${ours.join()}, at the venue ${venues.join()}`)
    for (const code of ['order_event_refused', 'order_overfilled']) {
      if (this.anomalies.includes(code)) throw new Error(code)
    }
  }

  #stateAtVenue(): string {
    const at = this.venue.book.get(this.order)
    if (at === undefined) return 'rejected'
    if (at.standing !== 'open') return at.standing
    return at.traded > 0 ? 'partially_filled' : 'open'
  }

  #deeds(): Deed[] {
    const { venue, order } = this
    const deeds: Deed[] = [['time passes', (extra) => this.#pass(extra)]]
    for (const message of venue.bag) {
      const { name } = message
      deeds.push([`${name} arrives`, () => this.#take(message).deliver()])
      if (message.lose === undefined) deeds.push([`${name} repeated`, () => message.deliver()])
      const isWatched = this.#check !== null && message.isOurs !== true
      const isLosable = message.lose !== undefined || isWatched
      if (isLosable) deeds.push([`${name} lost`, () => this.#take(message).lose?.()])
    }
    const at = venue.book.get(order)
    if (at?.standing === 'open') {
      deeds.push(['trade', (extra) => venue.fill(order, 1 + (extra % (at.qty - at.traded)))])
      deeds.push(['expire', () => venue.expire(order)])
    }
    if (isWorking(this.state) && venue.isUp) {
      deeds.push(['cancel sent', () => void this.#cancel(order)])
      deeds.push(['amend sent', (extra) => this.#amend(1 + (extra % (2 * QTY)))])
    }
    return [...deeds, ...this.#troubles()]
  }

  #troubles(): Deed[] {
    const { venue } = this
    return [
      ['trades hidden or shown', () => (venue.isWithholding = !venue.isWithholding)],
      ['reads lag', (extra) => (venue.readLagNs = (extra % 3) * 500 * NS_PER_MS)],
      ['429', (extra) => (venue.outcome = extra % 2 === 0 ? Outcome.Ok : Outcome.RateLimited)],
      ['answers partial or whole', () => (venue.isPartial = !venue.isPartial)],
      ['answers empty or full', () => (venue.isForgetful = !venue.isForgetful)],
      venue.isUp
        ? ['session lost', () => this.#sessionDown()]
        : ['session up', () => this.#sessionUp()],
    ]
  }

  #take(message: Message): Message {
    this.venue.bag.splice(this.venue.bag.indexOf(message), 1)
    return message
  }

  /** As loop/order-sender does it. */
  #cancel(order: number): boolean {
    if (isTerminal(this.state) || this.venue.cancel(order) !== Outcome.Ok) return false
    this.#truth.enter(order, OrderEvent.CancelSend, 0, this.timers.nowNs)
    return true
  }

  #amend(qty: number): void {
    if (this.venue.amend(this.order, PRICE, qty) !== Outcome.Ok) return
    this.#truth.amendSent(this.order, qty, this.timers.nowNs)
  }

  #sessionUp(): void {
    this.venue.isUp = true
    this.#settlement.askUndecided(0, this.timers.nowNs)
    this.#check?.start(this.timers.nowNs)
  }

  #sessionDown(): void {
    this.venue.loseSession()
    this.#check?.stop()
  }

  #tell(event: VenueEvent): void {
    this.#truth.apply(event, this.timers.nowNs)
    if (event.kind !== VenueEventKind.ReportedOpen) return
    this.#check?.reportedOpen(event.clientIdHi, event.clientIdLo)
  }

  #watch(tokens: ListingTokens): AccountCheck {
    const { orders, timers, venue } = this
    return new AccountCheck({
      account: venue,
      name: 'model',
      orders,
      live: this.#live,
      timers: timers.wheel,
      tokens,
      prng: new Prng(1),
      notices: { notice: () => {} },
      instruments: [0],
      balances: { asked: () => {}, listed: () => false },
      doubt: (order, nowNs) => this.#settlement.doubt(order, nowNs),
      onAgreed: () => this.#checkAgreement(),
    })
  }

  /** Whatever the check agrees to is the venue's truth as of its question. */
  #checkAgreement(): void {
    const { orders, order, venue } = this
    if (owedUnits(orders, order) > 0) throw new Error('agreed with fills owed')
    if (isUndecided(this.state)) throw new Error('agreed while it is undecided')
    if (isWorking(this.state) && !venue.book.has(order)) throw new Error('agreed on nothing')
  }

  #pass(extra: number): void {
    const waitNs = [10 * NS_PER_MS, 400 * NS_PER_MS, NS_PER_S, WINDOW_NS][extra % 4]!
    this.#passTime(monoNs(this.timers.nowNs + waitNs))
  }

  /** Until the next timer, or until then; false when no timer is left before. */
  #passTime(untilNs: number): boolean {
    const hasFired = this.timers.step(untilNs)
    this.venue.nowNs = this.timers.nowNs
    return hasFired
  }
}
