// A journal as engines might have written it over many lives: tasks, orders, fills that come late,
// clocks that are set, listings whose scales grow; and now and then what no engine writes.
import { Prng } from '#core/prng.ts'
import { NS_PER_S, NS_PER_US } from '#core/units.ts'
import type { RecordBody, RecordName } from '#journal/record-layout.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { ORPHAN_TASK } from '#order/live-orders.ts'
import { isTerminal, OrderEvent, OrderState } from '#order/order-state.ts'
import type { WrittenJournal } from '../journal/written-journal.ts'

const START_US = 1_790_000_000_000_000
const HOUR_S = 3_600
const SYMBOLS = ['BTC/USDT', 'ETH/USDT']
const NAMES = ['main', 'second']
const ASSETS = ['BNB', 'USDT', '']

interface MadeOrder {
  readonly task: number
  readonly clientIdHi: number
  readonly clientIdLo: number
  readonly symbol: string
  readonly account: string
  readonly side: number
  readonly qtyUnits: number
  state: OrderState
  filledUnits: number
  cumQtyUnits: number
  /** Its newest trade of this life. */
  trade: RecordBody<'fill'> | null
}

export class RandomPast {
  readonly #prng: Prng
  readonly #journal: WrittenJournal
  readonly #orders: MadeOrder[] = []
  #incarnation = 0
  #nowNs = 0
  #wallUs = START_US
  #tasks = 0
  #sequence = 0
  /** By account: each counts its own, so that two have trades of the same name. */
  readonly #trades = [0, 0]
  #scales = [2, 5]
  #symbols: string[] = []
  #accounts: string[] = []

  constructor(seed: number, journal: WrittenJournal) {
    this.#prng = new Prng(seed)
    this.#journal = journal
    this.#live()
  }

  get nowNs(): number {
    return this.#nowNs
  }

  get wallUs(): number {
    return this.#wallUs
  }

  /** Something happens. */
  step(): void {
    const prng = this.#prng
    // Some things happen at once.
    if (prng.chance(0.8))
      this.#pass(prng.chance(0.8) ? prng.nextFraction() : prng.nextFraction() * 2 * HOUR_S)
    const what = prng.nextInteger(0, 99)
    if (what < 2) this.#live()
    else if (what < 6) this.#task()
    else if (what < 8) this.#setClock()
    else if (what < 14) this.#stamp()
    else if (what < 40) this.#order()
    else if (what < 80) this.#event()
    else if (what < 95) this.#fill()
    else this.#aside(what)
  }

  #add(name: RecordName, body: Readonly<Record<string, number | string | boolean>>): void {
    this.#journal.add(name, body, this.#nowNs)
  }

  #pass(seconds: number): void {
    this.#nowNs += Math.round(seconds * NS_PER_S)
    this.#wallUs += Math.round((seconds * NS_PER_S) / NS_PER_US)
  }

  #setClock(): void {
    this.#wallUs += this.#prng.nextInteger(-2 * HOUR_S, 2 * HOUR_S) * 1_000_000
    this.#stamp()
  }

  #stamp(): void {
    this.#add('clock_stamp', { wallUs: this.#wallUs })
  }

  /** Ends, cleanly or not, and begins again; indexes and scales are others. */
  #live(): void {
    const prng = this.#prng
    if (this.#incarnation > 0 && prng.chance(0.3)) this.#add('engine_end', { clean: true })
    this.#pass(prng.nextInteger(0, HOUR_S))
    this.#nowNs = prng.nextInteger(0, 1_000)
    this.#sequence = 0
    for (const order of this.#orders) order.trade = null
    this.#journal.begin(++this.#incarnation, this.#wallUs, this.#nowNs)
    if (prng.chance(0.2)) this.#scales = this.#scales.map((scale) => scale + 1)
    this.#symbols = prng.chance(0.5) ? SYMBOLS : SYMBOLS.toReversed()
    this.#accounts = prng.chance(0.5) ? NAMES : NAMES.toReversed()
    for (const [index, symbol] of this.#symbols.entries()) {
      const [priceScale, qtyScale] = this.#scales
      const facts = { market: 'binance_spot', symbol, priceScale, qtyScale }
      this.#add('instrument', { index, facts: JSON.stringify(facts) })
    }
    for (const [index, name] of this.#accounts.entries()) {
      this.#add('account', { index, exchange: 'binance', market: 'binance_spot', name })
    }
    if (this.#tasks > 0) return
    this.#task()
    // No account trades before it was listed, and a cursor says so.
    for (const symbol of SYMBOLS) for (const account of NAMES) this.#cursor({ symbol, account })
  }

  #cursor(of: { readonly symbol: string; readonly account: string }): void {
    const cursor = { wallUs: this.#wallUs, tradeId: `${this.#trades[NAMES.indexOf(of.account)]}` }
    this.#add('listing_cursor', { ...cursor, ...this.#place(of) })
  }

  #task(): void {
    const prng = this.#prng
    if (this.#tasks === 0 || prng.chance(0.3)) {
      const task = this.#tasks++
      this.#add('task_created', { task, id: `t${task}`, type: 'iceberg', parameters: '{}' })
      return
    }
    const task = this.#anyTask()
    const state = prng.nextInteger(0, 7)
    this.#add('task_state', {
      task,
      state,
      stateName: `S${state}`,
      reason: prng.chance(0.5) ? '' : 'why',
    })
    this.#add('task_note', { task, note: `{"arrival_mid":${state}}` })
    if (prng.chance(0.2)) this.#add('task_updated', { task, parameters: `{"n":${state}}` })
  }

  #order(): void {
    const prng = this.#prng
    const isOrphan = prng.chance(0.05)
    const task = this.#anyTask()
    const sequence = this.#sequence++
    const order: MadeOrder = {
      task: isOrphan ? ORPHAN_TASK : task,
      clientIdHi: clientIdHi(1, isOrphan ? 16_000 : this.#incarnation, task),
      clientIdLo: clientIdLo(task, sequence),
      symbol: SYMBOLS[task % 2]!,
      account: NAMES[task % 2]!,
      side: task % 2,
      qtyUnits: prng.nextInteger(1, 1_000) * 10,
      state: OrderState.Created,
      filledUnits: 0,
      cumQtyUnits: 0,
      trade: null,
    }
    this.#orders.push(order)
    this.#tellOrder(order)
    if (prng.chance(0.05)) {
      const { clientIdHi: hi, clientIdLo: lo } = order
      this.#add('order_foreign', { clientIdHi: hi, clientIdLo: lo, foreignId: `x${sequence}` })
    }
  }

  #tellOrder(order: MadeOrder): void {
    this.#add('order_created', {
      priceUnits: this.#prng.nextInteger(1, 1_000_000),
      qtyUnits: order.qtyUnits,
      clientIdHi: order.clientIdHi,
      clientIdLo: order.clientIdLo,
      task: order.task,
      ...this.#place(order),
      side: order.side,
      type: 0,
      timeInForce: 0,
      reduceOnly: false,
    })
  }

  #event(): void {
    const prng = this.#prng
    const order = this.#anyOrder()
    if (order === undefined) return
    // Most orders come to their end soon; a few rest for days.
    if (!isTerminal(order.state)) {
      const isOver = prng.chance(0.6)
      order.state = isOver ? OrderState.Cancelled : (prng.nextInteger(1, 6) as OrderState)
    }
    if (prng.chance(0.03)) order.cumQtyUnits += 10
    else order.cumQtyUnits = Math.max(order.cumQtyUnits, order.filledUnits)
    const events = [OrderEvent.CancelSend, OrderEvent.Reject, OrderEvent.Accept]
    this.#tellEvent(order, events[prng.nextInteger(0, 2)]!)
  }

  #fill(): void {
    const prng = this.#prng
    const order = this.#anyOrder()
    if (order === undefined) return
    // Twice in one moment, which no engine writes: its ledger knows every trade of its life.
    const { trade } = order
    if (trade?.venueTimeUs === this.#wallUs && prng.chance(0.5)) return this.#add('fill', trade)
    const qtyUnits = prng.nextInteger(1, 100)
    const { clientIdHi: hi, clientIdLo: lo, side } = order
    order.filledUnits += qtyUnits
    order.cumQtyUnits = Math.max(order.cumQtyUnits, order.filledUnits)
    const fee = prng.chance(0.5) ? '' : `0.00${prng.nextInteger(1, 99)}`
    order.trade = {
      priceUnits: prng.nextInteger(1, 1_000_000),
      qtyUnits,
      venueTimeUs: this.#wallUs,
      clientIdHi: hi,
      clientIdLo: lo,
      ...this.#place(order),
      side,
      isMaker: true,
      provisional: false,
      tradeId: `${this.#trades[NAMES.indexOf(order.account)]!++}`,
      fee,
      feeAsset: fee === '' ? '' : ASSETS[prng.nextInteger(0, 1)]!,
    }
    this.#add('fill', order.trade)
    if (prng.chance(0.9)) this.#tellEvent(order, OrderEvent.FillPart)
  }

  #tellEvent(order: MadeOrder, event: OrderEvent): void {
    const { clientIdHi: hi, clientIdLo: lo, state, filledUnits, cumQtyUnits } = order
    this.#add('order_event', {
      filledUnits,
      cumQtyUnits,
      clientIdHi: hi,
      clientIdLo: lo,
      event,
      stateAfter: state,
      reason: 0,
      venueOrderId: this.#prng.chance(0.5) ? '' : `v${lo}`,
    })
  }

  #aside(what: number): void {
    const prng = this.#prng
    const order = this.#anyOrder()
    if (order === undefined) return
    if (what === 95) return this.#cursor(order)
    if (what === 96) {
      const engaged = prng.chance(0.5)
      return this.#add('kill_switch', { engaged, origin: 'api', who: 'me', reason: 'test' })
    }
    // It was forgotten and turns up again.
    if (what === 97) return this.#tellOrder(order)
    this.#add('notice', { level: 0, code: 'c', text: 't' })
  }

  #anyTask(): number {
    return this.#prng.nextInteger(0, this.#tasks - 1)
  }

  /** One that lives, one of the latest, or any. */
  #anyOrder(): MadeOrder | undefined {
    const prng = this.#prng
    const living = this.#orders.filter(({ state }) => !isTerminal(state))
    if (living.length > 0 && prng.chance(0.6)) return living[prng.nextInteger(0, living.length - 1)]
    const count = this.#orders.length
    const back = prng.chance(0.8) ? prng.nextInteger(1, 8) : prng.nextInteger(1, Math.max(1, count))
    return this.#orders[Math.max(0, count - back)]
  }

  #place(of: { readonly symbol: string; readonly account: string }) {
    return {
      account: this.#accounts.indexOf(of.account),
      instrument: this.#symbols.indexOf(of.symbol),
    }
  }
}
