// Looks over the engine's shoulder after every turn, with the venue's memory at hand: what the
// engine believes and does must hold against what the venue knows, at every moment and not only at
// rest.
//
//   counts    what a task has filled and may still fill is at least what the venue has of it
//   finals    an order that the engine calls over is not open at the venue
//   one       an iceberg has one order at the venue, not two
//   sendings  an order is sent by a READY account, on a live and fresh book, at a price that others
//             made
//
// It reads the engine's tables and changes nothing.
import { BookState } from '#book/book-state.ts'
import type { OrderBook } from '#book/order-book.ts'
import { NS_PER_MS, NS_PER_S, priceUnits, sideSign, type MonoNs } from '#core/units.ts'
import type { PriceUnits, Side } from '#core/units.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { ORDER_STATE_NAMES, OrderState } from '#order/order-state.ts'
import type { Task } from '#task/task.ts'
import type { Engine } from '#engine.ts'
import type { LedgerWatch } from './ledger-watch.ts'
import { INSTRUMENT } from './venue-world.ts'

const NONE = -1
/** H14: what the gate allows at most. */
const BOOK_AGE_MAX_NS = 5 * NS_PER_S
/** The longest time for which a display may still show an order of ours that is gone. */
const SHOWN_AFTER_END_NS = 300 * NS_PER_MS

/** An order that left the book while the display showed nothing but it at its price. */
interface LoneEnd {
  readonly account: number
  readonly side: Side
  readonly price: PriceUnits
  readonly openUnits: number
  readonly untilNs: number
}

export class EngineWatch {
  /** The first thing that was broken, or ''. */
  broken = ''
  readonly #ledger: LedgerWatch
  /** Live orders of the engine that is watched, each with the turn it was last seen in. */
  readonly #seen = new Map<number, number>()
  #loneEnds: LoneEnd[] = []
  #engine: Engine | null = null
  #turn = 0

  constructor(ledger: LedgerWatch) {
    this.#ledger = ledger
  }

  afterTurn(engine: Engine, nowNs: MonoNs): void {
    if (!engine.isOpen) return
    if (engine !== this.#engine) this.#begin(engine)
    this.#turn++
    this.#lookAtLive(engine, nowNs)
    this.#lookAtEnded(engine, nowNs)
    for (const task of engine.tasks.tasks) this.#lookAtTask(engine, task)
  }

  /** Rows of another life mean nothing here. */
  #begin(engine: Engine): void {
    this.#engine = engine
    this.#seen.clear()
    this.#loneEnds = []
  }

  #lookAtTask({ live, fills, accountDesk, instruments }: Engine, task: Task): void {
    const { filledUnits, openUnits, openCount } = this.#ledger.openOf(task.index)
    if (openCount > 1) this.#break(`${task.id}: ${openCount} orders are open at the venue at once`)
    // A crash may have cost the journal orders that the venue has: until then they are looked for.
    if (!accountDesk.isPastKnown(task.account)) return
    const unitsPerLot = 10 ** (instruments.at(task.instruments[0]!).qtyScale - INSTRUMENT.qtyScale)
    const units = fills.totals(task.index).qtyUnits + live.exposureOfTask(task.index)
    const counted = units / unitsPerLot
    const truth = filledUnits + openUnits
    if (counted < truth) this.#break(`${task.id}: counts ${counted} lots, the venue has ${truth}`)
  }

  #lookAtLive(engine: Engine, nowNs: MonoNs): void {
    const { live, orders, instruments } = engine
    for (let instrument = 0; instrument < instruments.count; instrument++) {
      let order = live.firstOfInstrument(instrument)
      for (; order !== NONE; order = live.nextOfInstrument(order)) {
        const isSentNow =
          !this.#seen.has(order) &&
          orders.state(order) === OrderState.PendingNew &&
          orders.sentNs(order) === nowNs
        this.#seen.set(order, this.#turn)
        if (isSentNow) this.#lookAtSent(engine, order, nowNs)
      }
    }
  }

  #lookAtSent(engine: Engine, order: number, nowNs: MonoNs): void {
    const { orders, books, accountDesk } = engine
    const name = `order ${this.#idOf(engine, order)}`
    if (engine.killDesk.isEngaged) this.#break(`${name} was sent while the kill switch is engaged`)
    if (!accountDesk.isReady(orders.account(order))) {
      this.#break(`${name} was sent before its account was READY`)
    }
    const book = books.book(orders.instrument(order))
    if (book.state !== BookState.Live) this.#break(`${name} was sent on a stale book`)
    if (nowNs - book.lastProofNs > BOOK_AGE_MAX_NS) this.#break(`${name} was sent on an old book`)
    const task = engine.scheduler.tasks[orders.task(order)]
    if (task !== undefined && isPricedByNear(task)) this.#lookAtPrice(engine, order, task, nowNs)
  }

  /** H2: the reference is a price that somebody else shows. */
  #lookAtPrice(engine: Engine, order: number, task: Task, nowNs: MonoNs): void {
    const { orders, books, instruments } = engine
    const instrument = orders.instrument(order)
    const side = orders.side(order)
    const offsetTicks = Number(task.parameters['offset_ticks'] ?? 0)
    const offset = sideSign(side) * offsetTicks * instruments.at(instrument).tickUnits
    const reference = priceUnits(orders.priceUnits(order) + offset)
    const shown = shownAt(books.book(instrument), side, reference)
    for (const end of this.#loneEnds) {
      const isThere = end.account === orders.account(order) && end.side === side
      const isOurs = isThere && end.price === reference && end.openUnits === shown
      if (!isOurs || nowNs > end.untilNs) continue
      this.#break(`${task.id}: takes its own order at ${reference} for the market`)
    }
  }

  #lookAtEnded(engine: Engine, nowNs: MonoNs): void {
    const { orders } = engine
    for (const [order, turn] of this.#seen) {
      if (turn === this.#turn) continue
      this.#seen.delete(order)
      const id = this.#idOf(engine, order)
      const state = ORDER_STATE_NAMES[orders.state(order)]
      if (this.#ledger.isOpen(id)) this.#break(`order ${id} is ${state} here, open at the venue`)
      this.#rememberLoneEnd(engine, order, nowNs)
    }
    this.#loneEnds = this.#loneEnds.filter(({ untilNs }) => nowNs <= untilNs)
  }

  #rememberLoneEnd({ orders, books }: Engine, order: number, nowNs: MonoNs): void {
    const side = orders.side(order)
    const price = orders.priceUnits(order)
    const openUnits = orders.qtyUnits(order) - orders.filledUnits(order)
    const shown = shownAt(books.book(orders.instrument(order)), side, price)
    if (openUnits <= 0 || shown !== openUnits) return
    const untilNs = nowNs + SHOWN_AFTER_END_NS
    this.#loneEnds.push({ account: orders.account(order), side, price, openUnits, untilNs })
  }

  #idOf({ orders }: Engine, order: number): string {
    return clientIdText(orders.clientIdHi(order), orders.clientIdLo(order))
  }

  #break(what: string): void {
    if (this.broken === '') this.broken = what
  }
}

/** Price and reference differ by the offset alone: nothing else has moved the price. */
function isPricedByNear({ parameters }: Task): boolean {
  const isNear = (parameters['reference'] ?? 'near') === 'near'
  return isNear && parameters['post_only'] !== true && parameters['limit_price'] === undefined
}

const shownAt = (book: OrderBook, side: Side, price: PriceUnits): number => book.qtyAt(side, price)
