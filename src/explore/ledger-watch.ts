// Looks over the venue's shoulder: every line the venue remembers passes here before anybody is
// told, and each is held against what must never happen. It believes the venue, not the engine.
import { createHash } from 'node:crypto'
import { D } from '#core/decimal.ts'
import { clientIdParts, ParsedClientId } from '#order/client-order-id.ts'
import { parseLedger, type LedgerLine, type LedgerStore } from '#sim/venue-ledger.ts'

interface WatchedOrder {
  readonly task: number
  openUnits: number
  filledUnits: number
  quoteUnits: bigint
}

/** What one task may do, and from where. */
export interface WatchedTask {
  readonly id: string
  readonly account: string
  /** Decimal text. */
  readonly total: string
}

const QTY_SCALE_UNITS = 100_000
const PRICE_SCALE_UNITS = 100

export class LedgerWatch implements LedgerStore {
  /** The first thing that was broken, or ''. */
  broken = ''
  lineCount = 0
  readonly #tasks: readonly (WatchedTask & { readonly totalUnits: number })[]
  readonly #instance: number
  readonly #orders = new Map<number, WatchedOrder>()
  readonly #ids = new Set<string>()
  readonly #parsed = new ParsedClientId()
  readonly #hash = createHash('sha256')

  /** `tasks` by the index that client order ids carry. */
  constructor(instance: number, tasks: readonly WatchedTask[]) {
    this.#instance = instance
    this.#tasks = tasks.map((task) => ({
      ...task,
      totalUnits: new D(task.total).mul(QTY_SCALE_UNITS).toNumber(),
    }))
  }

  append(line: string): void {
    this.lineCount++
    this.#hash.update(line)
    for (const fact of parseLedger([line])) this.#look(fact)
  }

  /** Of everything the venue remembered so far. */
  digest(): string {
    return this.#hash.copy().digest('hex')
  }

  /** What the venue has filled for this task's client order ids. */
  traded(id: string): { readonly qty: D; readonly quote: D } {
    let qtyUnits = 0
    let quoteUnits = 0n
    for (const order of this.#ordersOf(this.#tasks.findIndex((task) => task.id === id))) {
      qtyUnits += order.filledUnits
      quoteUnits += order.quoteUnits
    }
    const quoteScale = PRICE_SCALE_UNITS * QTY_SCALE_UNITS
    return {
      qty: new D(qtyUnits).div(QTY_SCALE_UNITS),
      quote: new D(quoteUnits.toString()).div(quoteScale),
    }
  }

  #look(line: LedgerLine): void {
    if (line.kind === 'order') this.#order(line)
    else if (line.kind === 'trade') {
      for (const { orderId } of line.fills) this.#fill(orderId, line.qtyUnits, line.priceUnits)
    } else if (line.kind === 'done') {
      const order = this.#orders.get(line.orderId)
      if (order !== undefined) order.openUnits = 0
    }
  }

  #order(line: LedgerLine & { readonly kind: 'order' }): void {
    const { clientOrderId, orderId, account, qtyUnits } = line
    if (this.#ids.has(clientOrderId)) this.#break(`id ${clientOrderId} used twice`)
    this.#ids.add(clientOrderId)
    const task = this.#taskOf(clientOrderId)
    if (this.#tasks[task]?.account !== account) {
      return this.#break(`id ${clientOrderId} names no task of account ${account}`)
    }
    this.#orders.set(orderId, { task, openUnits: qtyUnits, filledUnits: 0, quoteUnits: 0n })
    this.#checkExposure(task)
  }

  #taskOf(clientOrderId: string): number {
    const id = this.#parsed
    if (!id.parseText(clientOrderId)) return -1
    const parts = clientIdParts(id.hi, id.lo)
    return parts.instance === this.#instance ? parts.task : -1
  }

  #fill(orderId: number, qtyUnits: number, priceUnits: number): void {
    const order = this.#orders.get(orderId)
    if (order === undefined) return
    order.openUnits -= qtyUnits
    order.filledUnits += qtyUnits
    order.quoteUnits += BigInt(qtyUnits) * BigInt(priceUnits)
    this.#checkExposure(order.task)
  }

  /** filled + open at the venue ≤ total, at every moment. */
  #checkExposure(task: number): void {
    let exposure = 0
    for (const order of this.#ordersOf(task)) exposure += order.filledUnits + order.openUnits
    const total = this.#tasks[task]?.totalUnits ?? 0
    if (exposure > total) this.#break(`task ${task}: filled + open ${exposure} of ${total} lots`)
  }

  #ordersOf(task: number): WatchedOrder[] {
    return [...this.#orders.values()].filter((order) => order.task === task)
  }

  #break(what: string): void {
    if (this.broken === '') this.broken = what
  }
}
