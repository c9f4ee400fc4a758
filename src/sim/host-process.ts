// The venue process: every embedded venue of a spec behind its own port, one admin port, and the
// rules by which the process ends.
//
// Keys, ports and the ledger are kept, so that a venue that was killed comes back as the same
// venue. In the foreground it lives until it is told to stop; detached it ends when the engine has
// ended cleanly, or when nobody has been connected for a minute.
import { US_PER_S } from '#core/units.ts'
import { BinanceSpotFront } from './binance-spot/binance-spot-front.ts'
import { EngineError } from '#core/engine-error.ts'
import { Exchange } from './exchange.ts'
import { FEES_BPS_DEFAULT } from './fees.ts'
import { answerAdmin } from './host-admin.ts'
import { createMarkets } from './host-market.ts'
import { FrontHost, createHostClock, hostHttp } from './host-sockets.ts'
import type { HostedServer } from './host-sockets.ts'
import type { MarketSource } from './market-source.ts'
import {
  credentialsFor,
  openLedger,
  openVenueDirectory,
  readIdentity,
  specFingerprint,
  writeIdentity,
  writeVenueRecord,
} from './host-state.ts'
import type { OpenLedger } from './host-state.ts'
import { venueUrls } from './venue-spec.ts'
import type { ReadyLine, ReadyVenue, SimVenueSpec, VenueSpec } from './venue-spec.ts'

export interface ProcessLife {
  readonly isDetached: boolean
  /** Called once when the process should end; everything is closed by then. */
  readonly onEnd: () => void
}

const IDLE_END_US = 60 * US_PER_S
const IDLE_CHECK_MS = 1_000
const ADMIN_NAME = 'admin'

interface RunningVenue {
  readonly name: string
  readonly front: BinanceSpotFront
  readonly exchange: Exchange
  readonly sources: readonly MarketSource[]
  readonly host: FrontHost
  readonly ledger: OpenLedger
  readonly ready: ReadyVenue
}

export class VenueProcess {
  readonly ready: ReadyLine
  readonly #spec: VenueSpec
  readonly #life: ProcessLife
  readonly #nowUs = createHostClock()
  readonly #venues: RunningVenue[] = []
  readonly #admin: HostedServer
  readonly #idleTimer: NodeJS.Timeout | undefined
  #lastBusyUs: number
  #isClosed = false

  /** Everything is listening when this returns, and `<state_dir>/venue.json` says where. */
  constructor(spec: VenueSpec, life: ProcessLife) {
    this.#spec = spec
    this.#life = life
    this.#lastBusyUs = this.#nowUs()
    const directory = openVenueDirectory(spec.stateDir)
    for (const venue of spec.venues) this.#venues.push(this.#start(venue, directory))
    this.#admin = this.#startAdmin(directory)
    const venues = this.#venues.map((venue) => venue.ready)
    this.ready = { venues, admin: `http://127.0.0.1:${this.#admin.port}` }
    const fingerprint = specFingerprint(spec)
    writeVenueRecord(spec.stateDir, { pid: process.pid, fingerprint, ready: this.ready })
    if (life.isDetached) this.#idleTimer = setInterval(() => this.#endWhenIdle(), IDLE_CHECK_MS)
  }

  /** Ends listeners and connections, closes the ledgers, then calls onEnd. Twice is once. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    clearInterval(this.#idleTimer)
    for (const { host, ledger } of this.#venues) {
      host.close()
      ledger.close()
    }
    this.#admin.close()
    this.#life.onEnd()
  }

  #start(venue: SimVenueSpec, directory: string): RunningVenue {
    requireKnown(venue.name)
    const ledger = openLedger(directory, venue.name)
    const kept = readIdentity(directory, venue.name)
    const credentials = credentialsFor(venue.accounts, kept.accounts)
    const startUs = this.#nowUs()
    const markets = createMarkets(this.#spec.market, this.#spec.seed, startUs)
    const exchange = new Exchange({
      markets,
      balances: Object.fromEntries(venue.accounts.map(({ name, balances }) => [name, balances])),
      startUs,
      store: ledger.store,
      restoreFrom: ledger.lines,
    })
    const front = new BinanceSpotFront({
      exchange,
      credentials: Object.entries(credentials).map(([account, one]) => ({ account, ...one })),
      feesBps: FEES_BPS_DEFAULT,
    })
    front.command({ name: 'faults', profile: venue.faults, seed: this.#spec.seed }, startUs)
    const host = new FrontHost(front, kept.port, this.#nowUs)
    writeIdentity(directory, venue.name, { port: host.port, accounts: credentials })
    const accounts = Object.entries(credentials).map(([name, one]) => ({ name, credentials: one }))
    const ready = { name: venue.name, urls: venueUrls(host.port), accounts }
    const sources = markets.flatMap(({ source }) => source ?? [])
    return { name: venue.name, front, exchange, sources, host, ledger, ready }
  }

  #startAdmin(directory: string): HostedServer {
    const kept = readIdentity(directory, ADMIN_NAME)
    const subject = {
      fronts: new Map(this.#venues.map(({ name, front }) => [name, front])),
      ledger: () => this.#ledger(),
      health: () => this.#health(),
      engineEnded: () => this.#engineEnded(),
      stop: () => this.#closeSoon(),
      nowUs: this.#nowUs,
    }
    const admin = hostHttp((call, replier) => replier.answer(answerAdmin(subject, call)), kept.port)
    writeIdentity(directory, ADMIN_NAME, { port: admin.port, accounts: {} })
    return admin
  }

  #ledger(): unknown {
    return Object.fromEntries(this.#venues.map(({ name, exchange }) => [name, exchange.ledger()]))
  }

  /** Who asks is about to connect: a machine that is slow to start must find us when it does. */
  #health(): unknown {
    this.#lastBusyUs = this.#nowUs()
    const connections = this.#connectionCount()
    const fingerprint = specFingerprint(this.#spec)
    return { pid: process.pid, fingerprint, connections, marketOver: this.#isMarketOver }
  }

  /** A recording was played to its end: nothing anonymous will ever happen again. */
  get #isMarketOver(): boolean {
    const sources = this.#venues.flatMap((venue) => venue.sources)
    return sources.every((source) => source.nextEventUs() === Infinity)
  }

  #engineEnded(): void {
    if (this.#life.isDetached) this.#closeSoon()
  }

  /** The answer to the request that asked for it goes out first. */
  #closeSoon(): void {
    setImmediate(() => this.close())
  }

  #endWhenIdle(): void {
    const nowUs = this.#nowUs()
    if (this.#connectionCount() > 0) this.#lastBusyUs = nowUs
    else if (nowUs - this.#lastBusyUs >= IDLE_END_US) this.close()
  }

  #connectionCount(): number {
    let count = 0
    for (const { host } of this.#venues) count += host.connectionCount
    return count
  }
}

function requireKnown(name: string): void {
  if (name === 'binance_spot') return
  throw new EngineError(
    'unknown_venue',
    `there is no embedded venue ${name}; the one there is: binance_spot`,
  )
}
