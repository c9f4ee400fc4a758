// The peer: the straightforward pipeline as one writes it first. `ws` sockets, JSON.parse with
// parseFloat, a map for the book, one object for the order, every request signed with createHmac.
// It does the same job: keep one order a fixed distance from the ask, cancel and replace it.
import { createHmac } from 'node:crypto'
import type { Socket } from 'node:net'
import { WebSocket } from 'ws'
import type { Credentials } from '#venue/venue.ts'
import type { ReactionTimes } from './reaction-times.ts'

const TICK = 0.01

interface Message {
  readonly stream?: string
  readonly data?: {
    readonly a: string | [string, string][]
    readonly b: string | [string, string][]
  }
  readonly id?: number
  readonly status?: number
  readonly event?: { readonly e: string; readonly X: string }
}

export interface PlainOptions {
  readonly port: number
  readonly credentials: Credentials
  readonly symbol: string
  readonly offsetTicks: number
  readonly times: ReactionTimes
}

type OrderStage = 'none' | 'placing' | 'working' | 'cancelling'

export class PlainPipeline {
  readonly #times: ReactionTimes
  readonly #symbol: string
  readonly #key: string
  readonly #secret: string
  readonly #offset: number
  readonly #market: WebSocket
  readonly #orders: WebSocket
  readonly #bids = new Map<number, number>()
  readonly #asks = new Map<number, number>()
  readonly #opened: Promise<unknown>
  #bestAsk = 0
  #stage: OrderStage = 'none'
  #workingPrice = 0
  #clientId = ''
  #requestId = 1
  #isSubscribed = false

  constructor({ port, credentials, symbol, offsetTicks, times }: PlainOptions) {
    this.#times = times
    this.#symbol = symbol
    this.#key = credentials.key
    this.#secret = credentials.secret
    this.#offset = offsetTicks * TICK
    const base = `ws://127.0.0.1:${port}`
    const options = { perMessageDeflate: false }
    const stream = symbol.toLowerCase()
    const streams = `${stream}@bookTicker/${stream}@depth@100ms/${stream}@trade`
    this.#market = new WebSocket(`${base}/stream?streams=${streams}`, options)
    this.#orders = new WebSocket(`${base}/ws-api/v3`, options)
    this.#stampReads(this.#market, true)
    this.#stampReads(this.#orders, false)
    this.#market.on('message', (data: Buffer) => this.#onMarket(data))
    this.#orders.on('message', (data: Buffer) => this.#onAnswer(data))
    this.#opened = Promise.all([this.#market, this.#orders].map(opened))
  }

  async start(): Promise<void> {
    await this.#opened
    this.#send('userDataStream.subscribe.signature', {})
  }

  stop(): void {
    this.#market.terminate()
    this.#orders.terminate()
  }

  /** Before `ws` looks at the bytes: nearest to the entry of the read callback. */
  #stampReads(socket: WebSocket, isMarket: boolean): void {
    socket.on('upgrade', (response) => {
      response.socket.prependListener('data', () => {
        this.#times.entered(isMarket, performance.now())
      })
      if (!isMarket) this.#stampWrites(response.socket)
    })
  }

  /** `ws` corks its socket when a frame is built and masked, then writes header and payload. */
  #stampWrites(socket: Socket): void {
    const cork = socket.cork.bind(socket)
    socket.cork = () => {
      this.#times.ready()
      cork()
    }
  }

  #onMarket(data: Buffer): void {
    const message = JSON.parse(data.toString()) as Message
    if (message.data === undefined) return
    const { a, b } = message.data
    if (typeof a === 'string') {
      this.#bestAsk = parseFloat(a)
    } else if (typeof b !== 'string') {
      this.#applyLevels(this.#asks, a)
      this.#applyLevels(this.#bids, b)
    }
    this.#decide()
  }

  #applyLevels(side: Map<number, number>, levels: readonly [string, string][]): void {
    for (const [price, qty] of levels) {
      const quantity = parseFloat(qty)
      if (quantity === 0) side.delete(parseFloat(price))
      else side.set(parseFloat(price), quantity)
    }
  }

  #decide(): void {
    if (this.#bestAsk === 0 || !this.#isSubscribed) return
    const desired = this.#bestAsk + this.#offset
    if (this.#stage === 'none') this.#place(desired)
    const isStale = Math.abs(desired - this.#workingPrice) >= TICK - 1e-9
    if (this.#stage === 'working' && isStale) this.#cancel()
  }

  #place(price: number): void {
    this.#stage = 'placing'
    this.#workingPrice = price
    this.#clientId = `x${Date.now()}${this.#requestId}`
    this.#send('order.place', {
      symbol: this.#symbol,
      side: 'SELL',
      type: 'LIMIT',
      timeInForce: 'GTC',
      quantity: (0.1).toFixed(5),
      price: price.toFixed(2),
      newClientOrderId: this.#clientId,
      newOrderRespType: 'ACK',
    })
    this.#times.wrote()
  }

  #cancel(): void {
    this.#stage = 'cancelling'
    this.#send('order.cancel', { symbol: this.#symbol, origClientOrderId: this.#clientId })
    this.#times.wrote()
  }

  #onAnswer(data: Buffer): void {
    const message = JSON.parse(data.toString()) as Message
    const isReport = message.event?.e === 'executionReport'
    if (!isReport && message.status !== 200) return
    this.#isSubscribed = true
    if (this.#stage === 'placing') this.#stage = 'working'
    else if (this.#stage === 'cancelling' && !isReport) this.#stage = 'none'
    this.#decide()
  }

  #send(method: string, parameters: Record<string, string | number>): void {
    const params: Record<string, string | number> = {
      ...parameters,
      apiKey: this.#key,
      recvWindow: 2_000,
      timestamp: Date.now(),
    }
    const payload = Object.keys(params)
      .toSorted()
      .map((key) => `${key}=${params[key]}`)
      .join('&')
    params['signature'] = createHmac('sha256', this.#secret).update(payload).digest('hex')
    this.#orders.send(JSON.stringify({ id: this.#requestId++, method, params }))
  }
}

function opened(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
}
