// What the venues say to a configuration: are they there, is the clock right, do the symbols
// trade, do orders fit the limits, is there enough to trade with. Asks only, never orders.
import type { FloeConfig } from '#config/config.ts'
import { D, textFromUnits } from '#core/decimal.ts'
import { errorText } from '#core/engine-error.ts'
import { Outcome } from '#core/outcome.ts'
import { US_PER_MS } from '#core/units.ts'
import type { RosterVenue } from '#loop/venue-roster.ts'
import { InstrumentStatus, type Instrument } from '#market/instrument.ts'
import { bindIceberg, parseIceberg, type IcebergParameters } from '#task/iceberg-parameters.ts'
import type { VenueAccount, VenueMarket } from '#venue/venue.ts'
import { failed, passed, type CheckLine } from './check-line.ts'
import { CLOCK_DIFFERENCE_MAX_US, venueAheadUs } from './clock-difference.ts'
import { PreflightRoom } from './preflight-room.ts'

interface CheckedTask {
  readonly id: string
  readonly parameters: IcebergParameters
}

/** Findings in the order of asking; a venue that cannot be reached is asked nothing more. */
export async function preflight(
  config: FloeConfig,
  venues: readonly RosterVenue[],
): Promise<CheckLine[]> {
  const lines: CheckLine[] = []
  for (const venue of venues) {
    const tasks = config.tasks
      .map(({ id, parameters, position }) => ({
        id,
        parameters: parseIceberg(parameters, position),
      }))
      .filter(({ parameters }) => parameters.venue === venue.make.marketName)
    const check = new VenueCheck(config, venue, tasks)
    lines.push(...(await check.run()))
  }
  return lines
}

class VenueCheck {
  readonly #config: FloeConfig
  readonly #venue: RosterVenue
  readonly #tasks: readonly CheckedTask[]
  readonly #room = new PreflightRoom()
  readonly #market: VenueMarket
  readonly #lines: CheckLine[] = []
  #tokenCount = 0

  constructor(config: FloeConfig, venue: RosterVenue, tasks: readonly CheckedTask[]) {
    this.#config = config
    this.#venue = venue
    this.#tasks = tasks
    this.#market = venue.make.createMarket(this.#room.context, venue.urls)
  }

  async run(): Promise<readonly CheckLine[]> {
    const accounts: VenueAccount[] = []
    try {
      if (await this.#listings()) {
        await this.#stream()
        for (const [index, { name, credentials }] of this.#venue.accounts.entries()) {
          const { make, urls } = this.#venue
          const account = make.createAccount(this.#room.context, urls, index, credentials)
          accounts.push(account)
          await this.#account(account, name)
        }
        for (const task of this.#tasks) this.#task(task)
      }
    } finally {
      const nowNs = this.#room.clock.nowNs()
      this.#market.stop(nowNs)
      for (const account of accounts) account.stop(nowNs)
      this.#room.stop()
    }
    return this.#lines
  }

  /** Connectivity, and whether each symbol exists and trades. False ends the checks. */
  async #listings(): Promise<boolean> {
    const { make, urls } = this.#venue
    const symbols = [...new Set(this.#tasks.map(({ parameters }) => parameters.symbol))]
    let failure: string | null = null
    let isAnswered = false
    this.#market.requestListings(
      symbols,
      {
        onListings: (facts) => {
          for (const row of facts) this.#room.context.instruments.put(row)
          isAnswered = true
        },
        onListingsFailed: (detail) => {
          failure = detail
          isAnswered = true
        },
      },
      this.#room.clock.nowNs(),
    )
    const inTime = await this.#room.until(() => isAnswered)
    const what = `${make.marketName} at ${urls.rest}`
    if (!inTime || failure !== null) {
      this.#lines.push(failed(what, failure ?? this.#silence('no answer')))
      return false
    }
    this.#lines.push(passed(what, 'answers'))
    for (const symbol of symbols) this.#lines.push(this.#symbol(symbol))
    return symbols.every((symbol) => this.#instrument(symbol) !== undefined)
  }

  #symbol(symbol: string): CheckLine {
    const what = `${symbol} on ${this.#venue.make.marketName}`
    const instrument = this.#instrument(symbol)
    if (instrument === undefined) {
      return failed(what, 'is not listed there; symbols are spelled BASE/QUOTE')
    }
    if (instrument.status === InstrumentStatus.Trading) return passed(what, 'trades')
    return failed(what, 'does not trade at present; its tasks would wait')
  }

  async #stream(): Promise<void> {
    const instruments = this.#tasks.map(({ parameters }) => this.#instrument(parameters.symbol))
    const indexes = new Set(instruments.flatMap((row) => (row === undefined ? [] : [row.index])))
    if (indexes.size === 0) return
    for (const index of indexes) this.#market.subscribe(index)
    this.#market.start(this.#room.clock.nowNs())
    const isLive = await this.#room.until(() => [...indexes].every((i) => this.#room.tops.has(i)))
    const what = `market stream at ${this.#venue.urls.ws}`
    this.#lines.push(
      isLive ? passed(what, 'delivers prices') : failed(what, this.#silence('no prices')),
    )
  }

  /** Keys, clock and balances of one account. */
  async #account(account: VenueAccount, name: string): Promise<void> {
    const what = `account ${name}`
    account.start(this.#room.clock.nowNs())
    const isUp = (): boolean => this.#room.accountsUp.has(account.account)
    await this.#room.until(() => isUp() || this.#room.isLogonRefused)
    if (!isUp()) {
      const fix = 'check its keys, their permissions and allowed addresses'
      this.#lines.push(failed(what, `${this.#silence('no session')}; ${fix}`))
      return
    }
    this.#lines.push(passed(what, 'is logged on'), this.#clock(account))
    const token = ++this.#tokenCount
    const outcome = account.requestBalances(token, this.#room.clock.nowNs())
    const isListed =
      outcome === Outcome.Ok && (await this.#room.until(() => this.#room.listings.has(token)))
    if (!isListed || this.#room.listings.get(token) !== true) {
      this.#lines.push(failed(`balances of ${name}`, this.#silence('no listing')))
      return
    }
    this.#lines.push(...this.#funds(account.account, name))
  }

  #clock(account: VenueAccount): CheckLine {
    const aheadUs = venueAheadUs(account, this.#room.clock)
    const what = `clock against ${this.#venue.make.marketName}`
    if (Number.isNaN(aheadUs)) return failed(what, this.#silence('not measured'))
    const aheadMs = Math.round(aheadUs / US_PER_MS)
    if (Math.abs(aheadUs) <= CLOCK_DIFFERENCE_MAX_US)
      return passed(what, `differs by ${aheadMs} ms`)
    return failed(what, `differs by ${aheadMs} ms; set this machine's clock (chrony, ntp)`)
  }

  /** What the tasks of an account spend together, against what is free. */
  #funds(account: number, name: string): CheckLine[] {
    const needs = new Map<string, D>()
    for (const { parameters } of this.#tasks) {
      const instrument = this.#instrument(parameters.symbol)
      if (parameters.account !== name || instrument === undefined) continue
      const isSell = parameters.side === 'sell'
      const asset = isSell ? instrument.baseAsset : instrument.quoteAsset
      const price = isSell ? new D(1) : this.#worstPrice(parameters, instrument)
      const need = price.mul(parameters.totalQuantity)
      needs.set(asset, (needs.get(asset) ?? new D(0)).add(need))
    }
    return [...needs].map(([asset, need]) => {
      const free = new D(this.#room.free.get(`${account} ${asset}`) ?? '0')
      const what = `${asset} of ${name}`
      const detail = `${free.toFixed()} free, ${need.toFixed()} needed`
      return free.gte(need) ? passed(what, detail) : failed(what, `${detail}; add funds`)
    })
  }

  /** The task's figures against the instrument's steps and the risk limits. */
  #task({ id, parameters }: CheckedTask): void {
    const instrument = this.#instrument(parameters.symbol)
    if (instrument === undefined) return
    const what = `limits of task ${id}`
    try {
      bindIceberg(parameters, instrument, id)
    } catch (error) {
      this.#lines.push(failed(what, errorText(error)))
      return
    }
    const { maxOrderNotional } = this.#config.risk
    const price = this.#worstPrice(parameters, instrument)
    const notional = price.mul(parameters.orderQuantity)
    if (maxOrderNotional !== undefined && notional.gt(maxOrderNotional)) {
      const sizes = `an order of ${notional.toFixed()} ${instrument.quoteAsset}`
      const fix = `is over risk.max_order_notional ${maxOrderNotional}: every one would be refused`
      this.#lines.push(failed(what, `${sizes} ${fix}`))
    } else if (notional.lt(instrument.minNotional)) {
      const minimum = `the venue's minimum of ${instrument.minNotional} ${instrument.quoteAsset}`
      this.#lines.push(
        failed(what, `order_quantity ${parameters.orderQuantity} is below ${minimum}`),
      )
    } else this.#lines.push(passed(what, 'orders fit the venue and the risk limits'))
  }

  #worstPrice(parameters: IcebergParameters, instrument: Instrument): D {
    if (parameters.limitPrice !== undefined) return new D(parameters.limitPrice)
    const askUnits = this.#room.tops.get(instrument.index)?.ask ?? 0
    return new D(textFromUnits(askUnits, instrument.priceScale))
  }

  #instrument(symbol: string): Instrument | undefined {
    return this.#room.context.instruments.find(this.#venue.make.marketName, symbol)
  }

  #silence(what: string): string {
    return this.#room.complaint === '' ? what : `${what} (${this.#room.complaint})`
  }
}
