// Looks over the venue's shoulder: every line the venue remembers passes here before anybody is
// told, and each is held against what must never happen. It believes the venue, not the engine.
import { createHash } from 'node:crypto'
import { D } from '#core/decimal.ts'
import { parseLedger, type LedgerLine, type LedgerStore } from '#sim/venue-ledger.ts'

interface WatchedOrder {
  readonly account: string
  openUnits: number
}

const QTY_SCALE_UNITS = 100_000

export class LedgerWatch implements LedgerStore {
  /** The first thing that was broken, or ''. */
  broken = ''
  lineCount = 0
  readonly #totals: Readonly<Record<string, number>>
  readonly #filled = new Map<string, number>()
  readonly #orders = new Map<number, WatchedOrder>()
  readonly #ids = new Set<string>()
  readonly #hash = createHash('sha256')

  /** `totals`: what each account's one task may trade, decimal text. */
  constructor(totals: Readonly<Record<string, string>>) {
    this.#totals = Object.fromEntries(
      Object.entries(totals).map(([account, total]) => [
        account,
        new D(total).mul(QTY_SCALE_UNITS).toNumber(),
      ]),
    )
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

  filledOf(account: string): number {
    return this.#filled.get(account) ?? 0
  }

  #look(line: LedgerLine): void {
    if (line.kind === 'order') {
      if (this.#ids.has(line.clientOrderId)) this.#break(`id ${line.clientOrderId} used twice`)
      this.#ids.add(line.clientOrderId)
      this.#orders.set(line.orderId, { account: line.account, openUnits: line.qtyUnits })
      this.#checkExposure(line.account)
    } else if (line.kind === 'trade') {
      for (const { orderId } of line.fills) this.#fill(orderId, line.qtyUnits)
    } else if (line.kind === 'done') {
      const order = this.#orders.get(line.orderId)
      if (order !== undefined) order.openUnits = 0
    }
  }

  #fill(orderId: number, qtyUnits: number): void {
    const order = this.#orders.get(orderId)
    if (order === undefined) return
    order.openUnits -= qtyUnits
    this.#filled.set(order.account, this.filledOf(order.account) + qtyUnits)
    this.#checkExposure(order.account)
  }

  /** filled + open at the venue ≤ total, at every moment. */
  #checkExposure(account: string): void {
    let exposure = this.filledOf(account)
    for (const order of this.#orders.values()) {
      if (order.account === account) exposure += order.openUnits
    }
    const total = this.#totals[account] ?? 0
    if (exposure > total) this.#break(`${account}: filled + open ${exposure} of ${total} lots`)
  }

  #break(what: string): void {
    if (this.broken === '') this.broken = what
  }
}
