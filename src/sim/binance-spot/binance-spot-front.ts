// The embedded Binance spot venue's front: READ FIRST. REST, WS API and market streams over one
// matching engine, with the venue's clock, keys, limits and faults.
//
// Every entry does the same three things: move the market to now, do the work, publish what
// changed. Answers go out before the private events they caused.
import { assert } from '#core/assert.ts'
import { US_PER_MS } from '#core/units.ts'
import type { Side } from '#core/units.ts'
import type { ExchangeListener, SimBalance, SimOrder, SimTrade } from '#sim/exchange-types.ts'
import type { Exchange } from '#sim/exchange.ts'
import type {
  Front,
  FrontCommand,
  FrontConnection,
  HeaderReader,
  HttpAnswer,
  HttpCall,
  HttpReplier,
} from '#sim/front.ts'
import { accountMethods } from './account-methods.ts'
import { ConnectionTable } from './connection-table.ts'
import { historyMethods } from './history-methods.ts'
import { LateQueue } from './late-queue.ts'
import { Listings } from './listings.ts'
import { MessageFaults } from './message-faults.ts'
import type { Method, RequestTap, VenueState } from './method.ts'
import { orderMethods } from './order-methods.ts'
import { Overtakes } from './overtakes.ts'
import { publicMethods } from './public-methods.ts'
import { type LimitFigures, RateLimits } from './rate-limits.ts'
import { KeyTable } from './request-signature.ts'
import type { SimCredentials } from './request-signature.ts'
import { RequestRunner } from './request-runner.ts'
import { RestDoor, plainAnswer } from './rest-door.ts'
import { StreamDoor } from './stream-door.ts'
import { StreamTopics } from './stream-topics.ts'
import { SLOW_TICK_US, SymbolStreams, TICK_US } from './symbol-streams.ts'
import { TradeHistory } from './trade-history.ts'
import { accountPosition, executionReport } from './user-events.ts'
import { UserStreams } from './user-streams.ts'
import { VenueClock } from './wire-text.ts'
import { WsApiDoor } from './ws-api-door.ts'

export interface BinanceSpotFrontOptions {
  /** The front attaches itself to it. */
  readonly exchange: Exchange
  readonly credentials: readonly SimCredentials[]
  /** Basis points, as the exchange charges them. */
  readonly feesBps: { readonly maker: number; readonly taker: number }
  /** Default: what the documents tell everybody. */
  readonly limits?: LimitFigures
  readonly onRequest?: RequestTap
}

const BPS = 10_000

export class BinanceSpotFront implements Front, ExchangeListener {
  readonly name = 'binance_spot'
  readonly #exchange: Exchange
  readonly #state: VenueState
  readonly #late = new LateQueue()
  readonly #faults = new MessageFaults(this.#late)
  readonly #topics = new StreamTopics(this.#faults)
  readonly #userStreams: UserStreams
  readonly #runner: RequestRunner
  readonly #rest: RestDoor
  readonly #connections: ConnectionTable
  readonly #streams = new Map<string, SymbolStreams>()
  #nextTickUs = Infinity
  #lastTickUs = 0
  #executionId = 0
  #nowUs = 0

  constructor(options: BinanceSpotFrontOptions) {
    this.#exchange = options.exchange
    this.#state = createState(options, this.#faults)
    for (const [symbol, history] of this.#state.histories) {
      const instrument = this.#state.listings.lookup(symbol)
      assert(instrument !== undefined, 'a history belongs to a listed symbol')
      const streams = new SymbolStreams(instrument, this.#exchange, history, this.#topics)
      this.#streams.set(symbol, streams)
    }
    const state = this.#state
    this.#userStreams = new UserStreams(this.#faults, state.overtakes)
    const keys = new KeyTable(options.credentials)
    const methods = methodsOf(state)
    this.#runner = new RequestRunner(state, this.#late, this.#faults)
    this.#rest = new RestDoor(state, keys, this.#runner, methods)
    const userStreams = this.#userStreams
    this.#connections = new ConnectionTable({
      clock: state.clock,
      streams: new StreamDoor(this.#topics, (name) => this.#onSubscribed(name)),
      api: new WsApiDoor({ state, keys, runner: this.#runner, userStreams, methods }),
      topics: this.#topics,
      userStreams,
    })
    options.exchange.attach(this)
  }

  /** Messages that passed by kind, and what the fault plan made of some: `answer drop`. */
  get messageCounts(): ReadonlyMap<string, number> {
    return this.#faults.counts
  }

  http(call: HttpCall, replier: HttpReplier, nowUs: number): void {
    this.#moveTo(nowUs)
    this.#runner.whenArrived(nowUs, {
      deliver: (arrivedUs) => {
        this.#moveTo(arrivedUs)
        this.#rest.handle(call, replier, arrivedUs)
        this.#publish()
      },
      cut: () => replier.cut(),
    })
  }

  open(
    connection: FrontConnection,
    target: string,
    _header: HeaderReader,
    nowUs: number,
  ): HttpAnswer | undefined {
    this.#moveTo(nowUs)
    return this.#connections.open(connection, target, nowUs)
      ? undefined
      : plainAnswer(404, 'Not Found')
  }

  message(connection: FrontConnection, text: string, nowUs: number): void {
    this.#moveTo(nowUs)
    this.#runner.whenArrived(nowUs, {
      deliver: (arrivedUs) => {
        this.#moveTo(arrivedUs)
        this.#connections.message(connection, text, arrivedUs)
        this.#publish()
      },
      cut: () => connection.cut(),
    })
  }

  closed(connection: FrontConnection): void {
    this.#connections.closed(connection)
  }

  advance(nowUs: number): void {
    this.#moveTo(nowUs)
    this.#late.runDue(nowUs)
    if (nowUs >= this.#nextTickUs) this.#tick(nowUs)
    this.#connections.pingDue(nowUs)
    this.#publish()
  }

  nextEventUs(): number {
    return Math.min(
      this.#exchange.nextEventUs(),
      this.#nextTickUs,
      this.#late.nextUs,
      this.#connections.nextPingUs,
    )
  }

  command(command: FrontCommand, nowUs: number): void {
    this.#moveTo(nowUs)
    switch (command.name) {
      case 'clock_offset':
        this.#state.clock.offsetUs = command.ms * US_PER_MS
        break
      case 'halt':
        this.#halt(command.symbol, command.halted)
        break
      case 'disconnect':
        this.#connections.cutAll()
        break
      case 'shutdown_notice':
        this.#connections.announceShutdown(nowUs)
        break
      case 'latency':
        this.#runner.setLatencyMs(command.ms)
        break
      case 'silence':
        this.#topics.setSilent(command.silent)
        break
      case 'maintenance':
        this.#rest.setMaintenance(command.on)
        break
      case 'ban':
        this.#state.limits.ban(command.status, nowUs + command.ms * US_PER_MS)
        break
      case 'faults':
        this.#faults.setPlan(command.profile, command.seed)
        break
    }
    this.#publish()
  }

  onOrderNew(order: SimOrder): void {
    this.#report(order, { execution: 'NEW', timeUs: order.createdUs })
  }

  onOrderTrade(order: SimOrder, trade: SimTrade): void {
    this.#state.running.fills.push(trade)
    if (order.filledUnits === trade.qtyUnits) {
      this.#state.limits.refundFirstFill(order.account, trade.isMaker, trade.timeUs)
    }
    this.#report(order, { execution: 'TRADE', timeUs: trade.timeUs, trade })
  }

  onOrderDone(order: SimOrder): void {
    const { cancelId } = this.#state.running
    if (order.status === 'cancelled') {
      this.#report(order, { execution: 'CANCELED', timeUs: order.updatedUs, cancelId })
    } else if (order.status === 'expired') {
      this.#report(order, { execution: 'EXPIRED', timeUs: order.updatedUs })
    }
  }

  onBalances(account: string, changed: readonly SimBalance[], timeUs: number): void {
    this.#userStreams.queue(account, accountPosition(changed, timeUs))
  }

  onPublicTrade(
    symbol: string,
    tradeId: number,
    priceUnits: number,
    qtyUnits: number,
    aggressor: Side,
    timeUs: number,
  ): void {
    const trade = { tradeId, priceUnits, qtyUnits, aggressor, timeUs }
    this.#state.histories.get(symbol)?.record(trade)
    this.#streams.get(symbol)?.onTrade(trade, timeUs)
  }

  onLevel(
    symbol: string,
    side: Side,
    priceUnits: number,
    qtyUnits: number,
    updateId: number,
  ): void {
    this.#streams.get(symbol)?.onLevel(side, priceUnits, qtyUnits, updateId)
    if (this.#nextTickUs === Infinity) {
      this.#nextTickUs = this.#nowUs - (this.#nowUs % TICK_US) + TICK_US
    }
  }

  #halt(symbol: string, halted: boolean): void {
    const instrument = this.#state.listings.setHalted(symbol, halted)
    this.#exchange.setStatus(instrument.symbol, halted ? 'HALT' : 'TRADING')
  }

  #report(order: SimOrder, facts: ReportFacts): void {
    const instrument = this.#state.listings.lookup(order.symbol)
    if (instrument === undefined) return
    const executionId = ++this.#executionId
    const write = executionReport({ ...facts, order, instrument, executionId })
    this.#userStreams.queue(order.account, write, facts.trade === undefined ? 0 : order.orderId)
  }

  #moveTo(nowUs: number): void {
    this.#nowUs = Math.max(this.#nowUs, nowUs)
    this.#faults.nowUs = this.#nowUs
    this.#exchange.advanceTo(this.#nowUs)
  }

  #publish(): void {
    for (const streams of this.#streams.values()) streams.flushTop()
    this.#userStreams.flush()
  }

  #tick(nowUs: number): void {
    const isSlow = Math.floor(nowUs / SLOW_TICK_US) > Math.floor(this.#lastTickUs / SLOW_TICK_US)
    this.#lastTickUs = nowUs
    let isPending = false
    for (const streams of this.#streams.values()) {
      streams.tick(isSlow, nowUs)
      isPending ||= streams.hasPendingDepth
    }
    this.#nextTickUs = isPending ? nowUs - (nowUs % TICK_US) + TICK_US : Infinity
  }

  #onSubscribed(name: string): void {
    const prefix = name.slice(0, name.indexOf('@')).toUpperCase()
    const instrument = this.#state.listings.lookup(prefix)
    if (instrument !== undefined) this.#streams.get(instrument.symbol)?.forgetTop()
  }
}

type ReportFacts = Pick<Parameters<typeof executionReport>[0], 'execution' | 'timeUs'> &
  Partial<Pick<Parameters<typeof executionReport>[0], 'trade' | 'cancelId'>>

function methodsOf(state: VenueState): readonly Method[] {
  return [
    ...publicMethods(state),
    ...historyMethods(state),
    ...orderMethods(state),
    ...accountMethods(state),
  ]
}

function createState(
  { exchange, feesBps, limits, onRequest }: BinanceSpotFrontOptions,
  faults: MessageFaults,
): VenueState {
  const histories = exchange.instruments.map(
    (instrument) => [instrument.symbol, new TradeHistory()] as const,
  )
  return {
    exchange,
    clock: new VenueClock(),
    listings: new Listings(exchange.instruments),
    limits: new RateLimits(limits),
    faults,
    overtakes: new Overtakes(faults),
    toldDepths: new Map(),
    histories: new Map(histories),
    fees: {
      maker: (feesBps.maker / BPS).toFixed(8),
      taker: (feesBps.taker / BPS).toFixed(8),
    },
    onRequest,
    running: { cancelId: '', orderId: 0, fills: [], idsGiven: 0 },
  }
}
