// Looks over the venue's shoulder: every line the venue remembers passes here before anybody is
// told, and each is held against what must never happen. It believes the venue, not the engine.
import { createHash } from 'node:crypto'
import { D } from '#core/decimal.ts'
import { clientIdParts, ParsedClientId } from '#order/client-order-id.ts'
import { parseLedger, type LedgerLine, type LedgerStore } from '#sim/venue-ledger.ts'
import { STRANGER_PREFIX } from './stranger.ts'

/** What one task may do, and from where. */
export interface WatchedTask {
  readonly id: string
  readonly account: string
  /** Decimal text. */
  readonly total: string
}

/** Of one task, in lots. */
export interface TaskExposure {
  readonly filledUnits: number
  readonly openUnits: number
  /** Orders that are open. */
  readonly openCount: number
}

/** What the venue has filled for one task. */
export interface Traded {
  readonly qty: D
  readonly quote: D
  readonly fills: number
  /** In the asset that the task receives. */
  readonly fee: D
}

interface WatchedOrder {
  readonly task: number
  readonly clientOrderId: string
  openUnits: number
  filledUnits: number
  quoteUnits: bigint
  fills: number
  fee: D
}

type OrderLine = LedgerLine & { readonly kind: 'order' }
type TradeLine = LedgerLine & { readonly kind: 'trade' }
type DoneLine = LedgerLine & { readonly kind: 'done' }

const QTY_SCALE_UNITS = 100_000
const PRICE_SCALE_UNITS = 100

export class LedgerWatch implements LedgerStore {
  /** The first thing that was broken, or ''. */
  broken = ''
  /** Everything the venue remembers: what its next life reads. */
  readonly lines: string[] = []
  readonly #tasks: (WatchedTask & { totalUnits: number })[]
  readonly #instance: number
  readonly #orders = new Map<number, WatchedOrder>()
  /** Per task, in the order they came. */
  readonly #ofTask: WatchedOrder[][]
  readonly #strangers = new Set<number>()
  readonly #ids = new Map<string, WatchedOrder | null>()
  /** Account → the newest life that has placed an order there. */
  readonly #incarnations = new Map<string, number>()
  readonly #parsed = new ParsedClientId()
  readonly #hash = createHash('sha256')
  #isByHand = false
  #isExcessForgiven = false

  /** `tasks` by the index that client order ids carry. */
  constructor(instance: number, tasks: readonly WatchedTask[]) {
    this.#instance = instance
    this.#tasks = tasks.map((task) => ({ ...task, totalUnits: lotsOf(task.total) }))
    this.#ofTask = tasks.map(() => [])
  }

  append(line: string): void {
    this.lines.push(line)
    this.#hash.update(line)
    for (const fact of parseLedger([line])) this.#look(fact)
  }

  /** The venue itself makes the engine send too much. */
  forgiveExcess(): void {
    this.#isExcessForgiven = true
  }

  /** What happens inside is a person's doing. */
  byHand(act: () => unknown): void {
    this.#isByHand = true
    act()
    this.#isByHand = false
  }

  /** A person has asked for more: never less than it was. */
  raiseTotal(id: string, total: string): void {
    const task = this.#tasks[this.#indexOf(id)]
    if (task !== undefined) task.totalUnits = Math.max(task.totalUnits, lotsOf(total))
  }

  /** Orders of other people so far. */
  get strangerCount(): number {
    return this.#strangers.size
  }

  /** Of everything the venue remembered so far. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** By the index that client order ids carry. */
  openOf(task: number): TaskExposure {
    let filledUnits = 0
    let openUnits = 0
    let openCount = 0
    for (const order of this.#ofTask[task] ?? []) {
      filledUnits += order.filledUnits
      openUnits += order.openUnits
      if (order.openUnits > 0) openCount++
    }
    return { filledUnits, openUnits, openCount }
  }

  isOpen(clientOrderId: string): boolean {
    return (this.#ids.get(clientOrderId)?.openUnits ?? 0) > 0
  }

  /** What the venue has filled for this task's client order ids. */
  traded(id: string): Traded {
    let qtyUnits = 0
    let quoteUnits = 0n
    let fills = 0
    let fee = new D(0)
    for (const order of this.#ofTask[this.#indexOf(id)] ?? []) {
      qtyUnits += order.filledUnits
      quoteUnits += order.quoteUnits
      fills += order.fills
      fee = fee.add(order.fee)
    }
    return {
      qty: new D(qtyUnits).div(QTY_SCALE_UNITS),
      quote: new D(quoteUnits.toString()).div(PRICE_SCALE_UNITS * QTY_SCALE_UNITS),
      fills,
      fee,
    }
  }

  #look(line: LedgerLine): void {
    if (line.kind === 'order') this.#order(line)
    else if (line.kind === 'trade') this.#trade(line)
    else if (line.kind === 'done') this.#finish(line)
  }

  #order(line: OrderLine): void {
    const { clientOrderId, orderId, account, qtyUnits } = line
    if (this.#ids.has(clientOrderId)) this.#break(`id ${clientOrderId} used twice`)
    this.#ids.set(clientOrderId, null)
    if (clientOrderId.startsWith(STRANGER_PREFIX)) return void this.#strangers.add(orderId)
    const task = this.#taskOf(clientOrderId)
    if (this.#tasks[task]?.account !== account) {
      return this.#break(`id ${clientOrderId} names no task of account ${account}`)
    }
    const empty = { filledUnits: 0, quoteUnits: 0n, fills: 0, fee: new D(0) }
    const order = { task, clientOrderId, openUnits: qtyUnits, ...empty }
    this.#orders.set(orderId, order)
    this.#ids.set(clientOrderId, order)
    this.#ofTask[task]?.push(order)
    this.#checkLife(clientOrderId, account)
    this.#checkExposure(task)
  }

  #trade(line: TradeLine): void {
    for (const { orderId, fee } of line.fills) {
      const order = this.#orders.get(orderId)
      if (order === undefined) continue
      order.openUnits -= line.qtyUnits
      order.filledUnits += line.qtyUnits
      order.quoteUnits += BigInt(line.qtyUnits) * BigInt(line.priceUnits)
      order.fills++
      order.fee = order.fee.add(fee)
      this.#checkExposure(order.task)
    }
  }

  #finish({ orderId, status }: DoneLine): void {
    const order = this.#orders.get(orderId)
    if (order !== undefined) order.openUnits = 0
    const isTouched = this.#strangers.has(orderId) && status === 'cancelled' && !this.#isByHand
    if (isTouched) this.#break(`order ${orderId} of somebody else was cancelled`)
  }

  #taskOf(clientOrderId: string): number {
    const id = this.#parsed
    if (!id.parseText(clientOrderId)) return -1
    const parts = clientIdParts(id.hi, id.lo)
    return parts.instance === this.#instance ? parts.task : -1
  }

  /** Nothing of an earlier life may still arrive once the next one trades. */
  #checkLife(clientOrderId: string, account: string): void {
    const id = this.#parsed
    const { incarnation } = clientIdParts(id.hi, id.lo)
    const newest = this.#incarnations.get(account) ?? 0
    if (incarnation < newest) {
      const text = `order ${clientOrderId} of life ${incarnation} arrived after`
      return this.#break(`${text} life ${newest} traded`)
    }
    this.#incarnations.set(account, incarnation)
  }

  /** filled + open at the venue ≤ total, at every moment. */
  #checkExposure(task: number): void {
    const { filledUnits, openUnits } = this.openOf(task)
    const exposure = filledUnits + openUnits
    const total = this.#tasks[task]?.totalUnits ?? 0
    if (exposure > total && !this.#isExcessForgiven)
      this.#break(`task ${task}: filled + open ${exposure} of ${total} lots`)
  }

  #indexOf(id: string): number {
    return this.#tasks.findIndex((task) => task.id === id)
  }

  #break(what: string): void {
    if (this.broken === '') this.broken = what
  }
}

const lotsOf = (quantity: string): number => new D(quantity).mul(QTY_SCALE_UNITS).toNumber()
