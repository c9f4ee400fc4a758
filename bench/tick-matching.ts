// Which request answers which tick, told from what passed through the venue alone.
//
// An order's price says what its sender knew: the newest tick of that ask that had been sent when
// the order arrived. A cancel says less: its sender knew that the order it takes back was stale, so
// at least the first tick behind that order's own. A request answers its tick and every tick before
// it that is still unanswered: a receiver that falls behind is late for each tick that it skipped.
//
//   ticks     0     1     2     3     4            cancel of the order at 0: answers 1
//   requests         cancel    place at 3          the order at 3: answers 2 and 3
//
// Latencies count from when a tick was due, so that waiting in any queue counts, and a tick that
// nobody answered has waited until the end of the run.

export interface SentTick {
  readonly askTicks: number
  readonly dueUs: number
  /** NaN when it never left: the venue was late, and the next tick overtook it. */
  sentUs: number
}

export interface ArrivedRequest {
  readonly text: string
  readonly atUs: number
}

/** In µs, one figure a tick, but for those from the sending: one a request. */
export interface Reactions {
  /** Tick due → the first request that knows of it. */
  readonly firstUs: number[]
  /** Tick due → the first order that knows of it. */
  readonly orderUs: number[]
  /** Tick handed to the kernel → the first request that knows of it. */
  readonly sentFirstUs: number[]
  readonly sentCount: number
  readonly orderCount: number
  readonly unansweredCount: number
}

interface Run {
  readonly ticks: readonly SentTick[]
  readonly requests: readonly ArrivedRequest[]
  readonly symbol: string
  /** Order price minus ask. */
  readonly offsetTicks: number
  readonly endUs: number
}

/** Price units a tick of the bench's markets. */
const TICKS_PER_UNIT = 100

export function matchTicks({ ticks, requests, symbol, offsetTicks, endUs }: Run): Reactions {
  const first = new Answers(ticks)
  const orders = new Answers(ticks)
  const sentFirstUs: number[] = []
  const tickOfOrder = new Map<string, number>()
  let orderCount = 0
  for (const { text, atUs } of requests) {
    const request = readRequest(text)
    if (request?.symbol !== symbol) continue
    let tick = -1
    if (request.kind === 'cancel') {
      tick = (tickOfOrder.get(request.orderId) ?? -1) + 1
    } else {
      tick = newestTick(ticks, request.priceTicks - offsetTicks, orders.count, atUs)
      tickOfOrder.set(request.orderId, tick)
      if (tick >= 0) orderCount++
      orders.answer(tick, atUs)
    }
    const isFirst = tick >= first.count
    const sentUs = ticks[tick]?.sentUs ?? NaN
    if (isFirst && sentUs <= atUs) sentFirstUs.push(atUs - sentUs)
    first.answer(tick, atUs)
  }
  const unansweredCount = ticks.length - orders.count
  first.answer(ticks.length - 1, endUs)
  orders.answer(ticks.length - 1, endUs)
  return {
    firstUs: first.latenciesUs,
    orderUs: orders.latenciesUs,
    sentFirstUs,
    sentCount: ticks.filter(({ sentUs }) => !Number.isNaN(sentUs)).length,
    orderCount,
    unansweredCount,
  }
}

/** Ticks in the order they were due, answered from the front. */
class Answers {
  readonly latenciesUs: number[] = []
  readonly #ticks: readonly SentTick[]

  constructor(ticks: readonly SentTick[]) {
    this.#ticks = ticks
  }

  /** So many ticks are answered. */
  get count(): number {
    return this.latenciesUs.length
  }

  /** Everything up to `tick` that was due by then. */
  answer(tick: number, atUs: number): void {
    while (this.count <= tick) {
      const next = this.#ticks[this.count]
      if (next === undefined || next.dueUs > atUs) return
      this.latenciesUs.push(atUs - next.dueUs)
    }
  }
}

/** The newest tick of that ask, not before `from`, that had been sent by then; −1 = none. */
function newestTick(
  ticks: readonly SentTick[],
  askTicks: number,
  from: number,
  atUs: number,
): number {
  for (let tick = ticks.length - 1; tick >= from; tick--) {
    const candidate = ticks[tick]!
    if (candidate.askTicks === askTicks && candidate.sentUs <= atUs) return tick
  }
  return -1
}

type Request =
  | { readonly kind: 'cancel'; readonly symbol: string; readonly orderId: string }
  | {
      readonly kind: 'place'
      readonly symbol: string
      readonly orderId: string
      readonly priceTicks: number
    }

function readRequest(text: string): Request | undefined {
  const { method, params = {} } = JSON.parse(text) as {
    readonly method: string
    readonly params?: Readonly<Record<string, string | number>>
  }
  const symbol = String(params['symbol'])
  if (method === 'order.cancel') {
    return { kind: 'cancel', symbol, orderId: String(params['origClientOrderId']) }
  }
  if (method !== 'order.place') return undefined
  const priceTicks = Math.round(Number(params['price']) * TICKS_PER_UNIT)
  return { kind: 'place', symbol, orderId: String(params['newClientOrderId']), priceTicks }
}
