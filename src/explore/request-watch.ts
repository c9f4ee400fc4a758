// Counts what the engine asks of the venue: an engine that asks the same thing again and again at
// the speed of the wire has lost its head, whatever its books say.
const CANCEL_METHOD = 'order.cancel'
/** The ladder asks again after 200 ms and then at a doubling pace; people and tasks ask once. */
const CANCELS_MAX = 5
const WINDOW_US = 1_000_000

export class RequestWatch {
  /** The first thing that was broken, or ''. */
  broken = ''
  /** By the order's id: when its cancel was asked for within the last second. */
  readonly #cancels = new Map<string, number[]>()

  /** A request that has reached the venue; `orderId` is the client's. */
  look(method: string, orderId: string, nowUs: number): void {
    if (method !== CANCEL_METHOD) return
    const before = this.#cancels.get(orderId) ?? []
    const recent = [...before.filter((atUs) => nowUs - atUs < WINDOW_US), nowUs]
    this.#cancels.set(orderId, recent)
    if (recent.length <= CANCELS_MAX || this.broken !== '') return
    this.broken = `order ${orderId}: its cancel was asked for ${recent.length} times in a second`
  }
}
