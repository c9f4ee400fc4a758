// An account whose venue answers when and what a test says; every question is written down.
import { Outcome } from '#core/outcome.ts'
import { NS_PER_S, type MonoNs } from '#core/units.ts'
import type { OrderTable } from '#order/order-table.ts'
import { clientIdText } from '#order/client-order-id.ts'
import type { VenueAccount } from '#venue/venue.ts'

export class FakeAccount implements VenueAccount {
  readonly marketName = 'test_spot'
  readonly account = 0
  isUp = true
  readonly orderWindowNs = 3 * NS_PER_S
  readonly venueOffsetUs = 0
  /** `order f…`, `open 0`, `history 0 since 123`, `fills 0 since 123`, `balances`, `cancel f…` */
  readonly asked: string[] = []
  readonly tokens: number[] = []
  outcome: Outcome = Outcome.Ok
  readonly #orders: OrderTable

  constructor(orders: OrderTable) {
    this.#orders = orders
  }

  start(_nowNs: MonoNs): void {}
  stop(_nowNs: MonoNs): void {}

  place(order: number): Outcome {
    return this.#ask(`place ${this.#name(order)}`)
  }

  keepWarm(): void {}

  cancel(order: number): Outcome {
    return this.#ask(`cancel ${this.#name(order)}`)
  }

  amend(): Outcome {
    return Outcome.Unsupported
  }

  requestOrder(order: number, token: number): Outcome {
    return this.#ask(`order ${this.#name(order)}`, token)
  }

  requestOpenOrders(instrument: number, token: number): Outcome {
    return this.#ask(`open ${instrument}`, token)
  }

  requestOrderHistory(instrument: number, sinceUs: number, token: number): Outcome {
    return this.#ask(`history ${instrument} since ${sinceUs}`, token)
  }

  requestFills(instrument: number, _tradeId: string, sinceUs: number, token: number): Outcome {
    return this.#ask(`fills ${instrument} since ${sinceUs}`, token)
  }

  requestOrderFills(order: number, token: number): Outcome {
    return this.#ask(`fills of ${this.#name(order)}`, token)
  }

  requestBalances(token: number): Outcome {
    return this.#ask('balances', token)
  }

  /** What was asked since the last call. */
  questions(): string[] {
    return this.asked.splice(0)
  }

  #ask(question: string, token = -1): Outcome {
    if (this.outcome !== Outcome.Ok) return this.outcome
    this.asked.push(question)
    if (token >= 0) this.tokens.push(token)
    return Outcome.Ok
  }

  #name(order: number): string {
    return clientIdText(this.#orders.clientIdHi(order), this.#orders.clientIdLo(order))
  }
}
