// A Binance spot front over a real matching engine with a hand-made book, and a client that speaks
// to it without any transport.
import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import { Side } from '#core/units.ts'
import { BinanceSpotFront } from '#sim/binance-spot/binance-spot-front.ts'
import { Exchange } from '#sim/exchange.ts'
import type { FrontConnection, HttpAnswer } from '#sim/front.ts'
import type { MarketDesk, MarketSource } from '#sim/market-source.ts'
import { spotInstrument } from '#sim/spot-instrument.ts'

export const START_US = 1_700_000_000_000_000
export const HMAC_KEY = 'hmacKey0123456789hmacKey0123456789'
export const HMAC_SECRET = 'hmac-secret'
export const ED_KEY = 'edKey0123456789edKey0123456789edKey'
const PAIR = generateKeyPairSync('ed25519')
export const ED_SECRET = PAIR.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

export const BTC = spotInstrument('BTC', 'USDT', 2, 5)

/** Opens with the given book and then does what the test tells it. */
export class HandMarket implements MarketSource {
  readonly #bids: readonly (readonly [number, number])[]
  readonly #asks: readonly (readonly [number, number])[]
  readonly #steps: { readonly atUs: number; readonly run: (desk: MarketDesk) => void }[] = []

  constructor(
    bids: readonly (readonly [number, number])[],
    asks: readonly (readonly [number, number])[],
  ) {
    this.#bids = bids
    this.#asks = asks
  }

  at(atUs: number, run: (desk: MarketDesk) => void): void {
    this.#steps.push({ atUs, run })
  }

  open(desk: MarketDesk): void {
    for (const [price, qty] of this.#bids) desk.setMarket(Side.Buy, price, qty, START_US)
    for (const [price, qty] of this.#asks) desk.setMarket(Side.Sell, price, qty, START_US)
  }

  nextEventUs(): number {
    return this.#steps[0]?.atUs ?? Infinity
  }

  step(desk: MarketDesk): void {
    this.#steps.shift()?.run(desk)
  }
}

export class RecordingConnection implements FrontConnection {
  readonly id: number
  readonly texts: string[] = []
  pings = 0
  closedWith: number | 'cut' | undefined

  constructor(id: number) {
    this.id = id
  }

  send(text: string): void {
    this.texts.push(text)
  }

  ping(): void {
    this.pings++
  }

  close(code: number): void {
    this.closedWith = code
  }

  cut(): void {
    this.closedWith = 'cut'
  }

  /** Everything received since the last call, parsed. */
  take(): Json[] {
    return this.texts.splice(0).map((text) => parse(text))
  }
}

/** What a venue sent: a tree whose leaves a test compares with what it expects. */
export interface Json {
  readonly [key: string]: Json
}

export const list = (json: Json | undefined): readonly Json[] =>
  Array.isArray(json) ? (json as readonly Json[]) : []
export const number = (json: Json | undefined): number => Number(json)
export const text = (json: unknown): string =>
  typeof json === 'string' ? json : JSON.stringify(json)

const parse = (text: string): Json => JSON.parse(text) as Json

export interface Reply {
  readonly status: number
  readonly body: Json
  readonly headers: ReadonlyMap<string, string>
}

export class FrontRig {
  readonly market: HandMarket
  readonly exchange: Exchange
  readonly front: BinanceSpotFront
  nowUs = START_US
  #connections = 0

  constructor() {
    this.market = new HandMarket(
      [
        [4_325_000, 50_000],
        [4_324_900, 100_000],
      ],
      [
        [4_325_100, 30_000],
        [4_325_200, 100_000],
      ],
    )
    const purse = { BTC: '5', USDT: '500000' }
    this.exchange = new Exchange({
      markets: [{ instrument: BTC, source: this.market }],
      balances: { main: purse, other: purse },
      startUs: START_US,
    })
    this.front = new BinanceSpotFront({
      exchange: this.exchange,
      credentials: [
        { account: 'main', kind: 'hmac', key: HMAC_KEY, secret: HMAC_SECRET },
        { account: 'other', kind: 'ed25519', key: ED_KEY, secret: ED_SECRET },
      ],
      feesBps: { maker: 10, taker: 10 },
    })
  }

  /** The answer of one request; `status` 0 means that the connection was cut. */
  request(
    method: string,
    target: string,
    options: { readonly key?: string; readonly body?: string } = {},
  ): Reply {
    const pending = this.send(method, target, options)
    if (pending.reply === undefined) throw new Error(`${method} ${target} was not answered`)
    return pending.reply
  }

  send(
    method: string,
    target: string,
    options: { readonly key?: string; readonly body?: string } = {},
  ): { reply: Reply | undefined } {
    const pending: { reply: Reply | undefined } = { reply: undefined }
    const headers: Readonly<Record<string, string>> =
      options.key === undefined ? {} : { 'x-mbx-apikey': options.key }
    const header = (name: string): string => headers[name] ?? ''
    this.front.http(
      { method, target, body: options.body ?? '', header },
      {
        answer: (answer) => {
          pending.reply = replyOf(answer)
        },
        cut: () => {
          pending.reply = { status: 0, body: parse('{}'), headers: new Map() }
        },
      },
      this.nowUs,
    )
    return pending
  }

  /** A signed request of the HMAC account; `query` without timestamp and signature. */
  signed(method: string, path: string, query = ''): Reply {
    return this.request(method, this.signedTarget(path, query), { key: HMAC_KEY })
  }

  signedTarget(path: string, query: string): string {
    const stamped = `${query}${query === '' ? '' : '&'}timestamp=${Math.floor(this.nowUs / 1000)}`
    return `${path}?${stamped}&signature=${hmac(stamped)}`
  }

  connect(target: string): RecordingConnection {
    const connection = new RecordingConnection(++this.#connections)
    const refusal = this.front.open(connection, target, () => '', this.nowUs)
    if (refusal !== undefined) throw new Error(`${target} was refused with ${refusal.status}`)
    return connection
  }

  tell(connection: FrontConnection, message: unknown): void {
    const text = typeof message === 'string' ? message : JSON.stringify(message)
    this.front.message(connection, text, this.nowUs)
  }

  /** Moves venue time on, stopping wherever the front asks for it. */
  advanceMs(ms: number): void {
    const endUs = this.nowUs + ms * 1_000
    while (this.front.nextEventUs() <= endUs) {
      this.nowUs = Math.max(this.nowUs, this.front.nextEventUs())
      this.front.advance(this.nowUs)
    }
    this.nowUs = endUs
    this.front.advance(endUs)
  }
}

export const hmac = (payload: string): string =>
  createHmac('sha256', HMAC_SECRET).update(payload).digest('hex')

/** `params` with apiKey, timestamp and signature, as the WS API wants them. */
export function signedParams(
  kind: 'hmac' | 'ed25519',
  nowUs: number,
  params: Readonly<Record<string, string | number>> = {},
): Readonly<Record<string, string | number>> {
  const apiKey = kind === 'hmac' ? HMAC_KEY : ED_KEY
  const all = { ...params, apiKey, timestamp: Math.floor(nowUs / 1_000) }
  const payload = Object.entries(all)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const signature =
    kind === 'hmac'
      ? hmac(payload)
      : sign(null, Buffer.from(payload), PAIR.privateKey).toString('base64')
  return { ...all, signature }
}

function replyOf(answer: HttpAnswer): Reply {
  const isJson = answer.body.startsWith('{') || answer.body.startsWith('[')
  return {
    status: answer.status,
    body: parse(isJson ? answer.body : JSON.stringify(answer.body)),
    headers: new Map(answer.headers),
  }
}
