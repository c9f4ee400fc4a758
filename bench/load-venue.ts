// A venue process for tick-to-order: just enough of Binance spot's protocol to start an engine on,
// no matching, no limits. It sends a paced stream of bookTicker and depth diffs to one side at a
// time, and answers every order at once. Told what to do by messages of its parent.
import uws, { type WebSocket } from 'uWebSockets.js'
import type { LoadCommand, LoadReady, LoadSide } from './load-messages.ts'

interface Connection {
  readonly side: LoadSide
  readonly isMarket: boolean
}

interface Request {
  readonly id: number | string
  readonly method: string
  readonly params: Readonly<Record<string, string | number>>
}

type Socket = WebSocket<Connection>

const SYMBOL = 'BTCUSDT'
const LEVELS = 20
const TICKS_PER_DIFF = 20
const RATE_LIMITS = [
  { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 1e9, count: 1 },
  { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 1e8, count: 1 },
  { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 1e9, count: 1 },
]

const markets: Record<LoadSide, Set<Socket>> = { floe: new Set(), peer: new Set() }
const subscribed = new Set<Socket>()
let updateId = 1_000_000
let diffFirstId = updateId + 1
let bidTicks = 4_325_000
let orderId = 1
let ticksLeft = 0

const price = (ticks: number): string => `${(ticks / 100).toFixed(2)}000000`
const qty = (n: number): string => `${n}.00000000`

function levels(sign: 1 | -1, quantity: (level: number) => number): [string, string][] {
  const best = sign === -1 ? bidTicks : bidTicks + 1
  return Array.from({ length: LEVELS }, (_, i) => [price(best + sign * i), qty(quantity(i))])
}

function tick(side: LoadSide): void {
  // Two to five ticks up, then down again: a working order is stale after every one of them.
  const move = 2 + (updateId % 4)
  bidTicks += updateId % 2 === 0 ? move : -move
  updateId++
  const ask = price(bidTicks + 1)
  const data = { u: updateId, s: SYMBOL, b: price(bidTicks), B: qty(3), a: ask, A: qty(4) }
  publish(side, { stream: 'btcusdt@bookTicker', data })
  if (updateId % TICKS_PER_DIFF === 0) diff(side)
}

/** Deletes what the touch has left behind. */
function away(sign: 1 | -1): [string, string][] {
  const best = sign === -1 ? bidTicks : bidTicks + 1
  return Array.from({ length: 40 }, (_, i) => [price(best - sign * (i + 1)), qty(0)])
}

/** Replaces the whole neighbourhood, so that the depth agrees with the ticker again. */
function diff(side: LoadSide): void {
  updateId++
  const bids = [...away(-1), ...levels(-1, (i) => 1 + i)]
  const asks = [...away(1), ...levels(1, (i) => 1 + i)]
  const ids = { U: diffFirstId, u: updateId }
  const data = { e: 'depthUpdate', E: Date.now(), s: SYMBOL, ...ids, b: bids, a: asks }
  diffFirstId = updateId + 1
  // Both sides stay in step with the ids, also while only one gets the tickers.
  for (const each of ['floe', 'peer'] as const) {
    if (each === side || ticksLeft === 0) publish(each, { stream: 'btcusdt@depth@100ms', data })
  }
}

function publish(side: LoadSide, message: unknown): void {
  const text = JSON.stringify(message)
  for (const socket of markets[side]) socket.send(text, false)
}

function answer(socket: Socket, request: Request, result: unknown): void {
  const reply = { id: request.id, status: 200, result, rateLimits: RATE_LIMITS }
  socket.send(JSON.stringify(reply), false)
}

function onRequest(socket: Socket, request: Request): void {
  switch (request.method) {
    case 'order.place':
      return placed(socket, request)
    case 'order.cancel':
      return cancelled(socket, request)
    case 'time':
      return answer(socket, request, { serverTime: Date.now() })
    case 'account.status':
      return answer(socket, request, accountStatus())
    case 'userDataStream.subscribe':
    case 'userDataStream.subscribe.signature':
      subscribed.add(socket)
      return answer(socket, request, { subscriptionId: 0 })
    case 'session.logon':
      return answer(socket, request, { apiKey: 'bench', authorizedSince: Date.now() })
    default:
      return answer(socket, request, [])
  }
}

function accountStatus(): unknown {
  const plenty = { free: '1000000.00000000', locked: '0.00000000' }
  const balances = ['BTC', 'USDT'].map((asset) => ({ asset, ...plenty }))
  return { canTrade: true, updateTime: Date.now(), balances }
}

function placed(socket: Socket, request: Request): void {
  const { newClientOrderId } = request.params
  const at = Date.now()
  orderId++
  answer(socket, request, {
    symbol: SYMBOL,
    orderId,
    orderListId: -1,
    clientOrderId: newClientOrderId,
    transactTime: at,
  })
  report(socket, request, { c: newClientOrderId, C: '', x: 'NEW', X: 'NEW', T: at })
}

function cancelled(socket: Socket, request: Request): void {
  const { origClientOrderId } = request.params
  const at = Date.now()
  answer(socket, request, {
    symbol: SYMBOL,
    origClientOrderId,
    orderId,
    orderListId: -1,
    clientOrderId: 'cancel',
    transactTime: at,
    executedQty: '0.00000000',
    status: 'CANCELED',
  })
  report(socket, request, {
    c: 'cancel',
    C: origClientOrderId,
    x: 'CANCELED',
    X: 'CANCELED',
    T: at,
  })
}

function report(socket: Socket, request: Request, facts: Record<string, unknown>): void {
  if (!subscribed.has(socket)) return
  const { quantity = '1', price: at = '1' } = request.params
  const event = {
    e: 'executionReport',
    E: facts['T'],
    s: SYMBOL,
    S: 'SELL',
    o: 'LIMIT',
    f: 'GTC',
    q: quantity,
    p: at,
    i: orderId,
    l: '0.00000000',
    z: '0.00000000',
    L: '0.00000000',
    n: '0',
    N: null,
    t: -1,
    m: false,
    r: 'NONE',
    ...facts,
  }
  socket.send(JSON.stringify({ subscriptionId: 0, event }), false)
}

function exchangeInfo(): unknown {
  const filters = [
    {
      filterType: 'PRICE_FILTER',
      minPrice: '0.01',
      maxPrice: '1000000.00',
      tickSize: '0.01000000',
    },
    { filterType: 'LOT_SIZE', minQty: '0.00001', maxQty: '9000.0', stepSize: '0.00001000' },
    { filterType: 'NOTIONAL', minNotional: '5.00000000', applyMinToMarket: true },
  ]
  const symbol = {
    symbol: SYMBOL,
    status: 'TRADING',
    baseAsset: 'BTC',
    baseAssetPrecision: 8,
    quoteAsset: 'USDT',
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    orderTypes: ['LIMIT', 'LIMIT_MAKER', 'MARKET'],
    isSpotTradingAllowed: true,
    filters,
  }
  return { timezone: 'UTC', serverTime: Date.now(), rateLimits: [], symbols: [symbol] }
}

function rest(path: string): unknown {
  if (path.endsWith('/exchangeInfo')) return exchangeInfo()
  if (path.endsWith('/time')) return { serverTime: Date.now() }
  if (path.endsWith('/depth')) {
    const bids = levels(-1, (i) => 1 + i)
    return { lastUpdateId: updateId, bids, asks: levels(1, (i) => 1 + i) }
  }
  return {}
}

/** Open loop: ticks are due by the clock, however busy the receiver is. */
function run({ side, ticks, ticksPerSecond }: LoadCommand): void {
  const beganMs = performance.now()
  let sent = 0
  ticksLeft = ticks
  const pace = setInterval(() => {
    const due = Math.min(ticks, Math.floor(((performance.now() - beganMs) * ticksPerSecond) / 1000))
    for (; sent < due; sent++) tick(side)
    ticksLeft = ticks - sent
    if (sent < ticks) return
    clearInterval(pace)
    process.send?.({ done: side })
  }, 1)
}

const app = uws.App()
app.ws<Connection>('/*', {
  maxPayloadLength: 1 << 20,
  idleTimeout: 0,
  upgrade: (response, request, context) => {
    const url = `${request.getUrl()}?${request.getQuery() ?? ''}`
    const data: Connection = {
      side: url.includes('peer') ? 'peer' : 'floe',
      isMarket: !url.includes('ws-api'),
    }
    response.upgrade(
      data,
      request.getHeader('sec-websocket-key'),
      request.getHeader('sec-websocket-protocol'),
      request.getHeader('sec-websocket-extensions'),
      context,
    )
  },
  open: (socket) => {
    const { side, isMarket } = socket.getUserData()
    if (isMarket) markets[side].add(socket)
  },
  message: (socket, bytes) => {
    const request = JSON.parse(Buffer.from(bytes).toString()) as Request
    onRequest(socket, request)
  },
  close: (socket) => {
    const { side } = socket.getUserData()
    markets[side].delete(socket)
    subscribed.delete(socket)
  },
})
app.any('/*', (response, request) => {
  const body = JSON.stringify(rest(request.getUrl()))
  response.writeHeader('content-type', 'application/json').end(body)
})
app.listen('127.0.0.1', 0, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (token) => {
  if (!token) throw new Error('no port on loopback')
  const ready: LoadReady = { port: uws.us_socket_local_port(token) }
  process.send?.(ready)
})

// While nobody is measured the books are kept alive.
setInterval(() => {
  if (ticksLeft === 0) diff('floe')
}, 100)

process.on('message', (command: LoadCommand) => run(command))
process.on('disconnect', () => process.exit(0))
