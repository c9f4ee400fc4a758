// A venue as a rescuer sees it: open orders of one account, answers that a test can hold back or
// spoil, and a diary of what was asked.
import type { MonoNs } from '#core/units.ts'
import { clientIdHi, clientIdLo, clientIdText } from '#order/client-order-id.ts'
import type { OpenOrder, RescueListener, VenueRescue } from '#venue/venue.ts'

export const INSTANCE = 9

/** The client order id of an order of ours. */
export function idOf(incarnation: number, sequence: number, instance = INSTANCE): string {
  return clientIdText(clientIdHi(instance, incarnation, 0), clientIdLo(0, sequence))
}

export class FakeRescue implements VenueRescue {
  readonly orderWindowNs: number
  readonly asked: string[] = []
  /** By the venue's id. */
  readonly open = new Map<string, OpenOrder>()
  /** '' or why every answer is a failure. */
  failure = ''
  /** Client order ids whose cancels fail. */
  readonly stubborn = new Set<string>()
  isAnswering = true
  readonly #answers: (() => void)[] = []

  constructor(orderWindowNs: number) {
    this.orderWindowNs = orderWindowNs
  }

  stand(...clientOrderIds: string[]): this {
    for (const clientOrderId of clientOrderIds) {
      const venueOrderId = String(this.open.size + 1)
      const facts = { symbol: 'BTCUSDT', status: 'NEW', filled: '0', quantity: '0.1' }
      this.open.set(venueOrderId, { clientOrderId, venueOrderId, ...facts })
    }
    return this
  }

  get standing(): string[] {
    return [...this.open.values()].map(({ clientOrderId }) => clientOrderId)
  }

  requestOpenOrders(listener: RescueListener, nowNs: MonoNs): void {
    this.asked.push('list')
    this.#answer(() => {
      if (this.failure !== '') listener.onFailed(null, this.failure, nowNs)
      else listener.onOpenOrders([...this.open.values()], nowNs)
    })
  }

  cancel(order: OpenOrder, listener: RescueListener, nowNs: MonoNs): void {
    this.asked.push(`cancel ${order.clientOrderId}`)
    this.#answer(() => {
      const isStubborn = this.stubborn.has(order.clientOrderId)
      if (this.failure !== '' || isStubborn) {
        return listener.onFailed(order, this.failure || 'no', nowNs)
      }
      this.open.delete(order.venueOrderId)
      listener.onCancelled(order, nowNs)
    })
  }

  stop(): void {}

  /** Gives the answers that were held back. */
  answerAll(): void {
    for (const answer of this.#answers.splice(0)) answer()
  }

  /** What was asked since the last call. */
  questions(): string[] {
    return this.asked.splice(0)
  }

  #answer(answer: () => void): void {
    this.#answers.push(answer)
    if (this.isAnswering) this.answerAll()
  }
}
