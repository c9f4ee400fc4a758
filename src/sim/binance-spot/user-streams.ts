// Who is subscribed to which account's private events, and the queue that holds those events back
// until the request that caused them has been answered.
//
// The venue answers a request and mirrors it on the stream independently. Here the answer goes
// first and the events follow, unless a fault holds the answer back.
import type { FrontConnection } from '#sim/front.ts'
import type { MessageFaults } from './message-faults.ts'
import type { Overtakes } from './overtakes.ts'
import type { Stamp } from './wire-text.ts'

export interface UserSubscription {
  readonly account: string
  readonly connection: FrontConnection
  readonly subscriptionId: number
  readonly stamp: Stamp
}

interface QueuedEvent {
  readonly account: string
  readonly write: (stamp: Stamp) => object
  /** The order that an execution filled, 0 for any other event. */
  readonly filledOrderId: number
}

export class UserStreams {
  #subscriptions: UserSubscription[] = []
  readonly #queue: QueuedEvent[] = []
  readonly #faults: MessageFaults
  readonly #overtakes: Overtakes

  constructor(faults: MessageFaults, overtakes: Overtakes) {
    this.#faults = faults
    this.#overtakes = overtakes
  }

  add(subscription: UserSubscription): void {
    this.#subscriptions.push(subscription)
  }

  of(connection: FrontConnection): readonly UserSubscription[] {
    return this.#subscriptions.filter((one) => one.connection === connection)
  }

  remove(subscription: UserSubscription): void {
    this.#subscriptions = this.#subscriptions.filter((one) => one !== subscription)
  }

  drop(connection: FrontConnection): void {
    this.#subscriptions = this.#subscriptions.filter((one) => one.connection !== connection)
  }

  queue(account: string, write: (stamp: Stamp) => object, filledOrderId = 0): void {
    this.#queue.push({ account, write, filledOrderId })
  }

  /** Sends what was queued, oldest first. */
  flush(): void {
    if (this.#queue.length === 0) return
    for (const event of this.#queue.splice(0)) this.#deliver(event)
  }

  /** Sends one event to one subscription, wrapped. */
  send(subscription: UserSubscription, write: (stamp: Stamp) => object): void {
    const { connection, subscriptionId, stamp } = subscription
    connection.send(JSON.stringify({ subscriptionId, event: write(stamp) }))
  }

  #deliver(event: QueuedEvent): void {
    for (const subscription of this.#subscriptions) {
      if (subscription.account !== event.account) continue
      const { filledOrderId } = event
      const way = {
        deliver: () => {
          if (filledOrderId > 0) this.#overtakes.fillTold(filledOrderId)
          this.send(subscription, event.write)
        },
        cut: () => subscription.connection.cut(),
      }
      this.#faults.pass('private_event', way, filledOrderId > 0 ? 'fill' : 'private_event')
    }
  }
}
