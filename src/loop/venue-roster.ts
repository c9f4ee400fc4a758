// The configured venues as the engine addresses them: markets by name, accounts by index, and what
// each is asked for at the start. Indexes are dense and fixed for the life of the process.
import { assert } from '#core/assert.ts'
import { EngineError } from '#core/engine-error.ts'
import { ACCOUNTS_MAX } from '#core/limits.ts'
import type { MonoNs } from '#core/units.ts'
import type { InstrumentTable } from '#market/instrument.ts'
import type {
  Credentials,
  VenueAccount,
  VenueContext,
  VenueMake,
  VenueMarket,
  VenueUrls,
} from '#venue/venue.ts'
import type { PastAccount } from './past-facts.ts'
import type { Past } from './past.ts'
import type { PlannedTask } from './task-plan.ts'

export interface RosterVenue {
  readonly make: VenueMake
  readonly urls: VenueUrls
  readonly accounts: readonly { readonly name: string; readonly credentials: Credentials }[]
}

export class VenueRoster {
  readonly markets: readonly VenueMarket[]
  /** By account index. */
  readonly accounts: readonly VenueAccount[]
  readonly #owners: readonly PastAccount[]

  /** @throws EngineError `too_many_accounts`. */
  constructor(context: VenueContext, venues: readonly RosterVenue[]) {
    const accounts: VenueAccount[] = []
    const owners: PastAccount[] = []
    this.markets = venues.map(({ make, urls }) => make.createMarket(context, urls))
    for (const { make, urls, accounts: named } of venues) {
      for (const { name, credentials } of named) {
        accounts.push(make.createAccount(context, urls, accounts.length, credentials))
        owners.push({ market: make.marketName, name })
      }
    }
    if (accounts.length > ACCOUNTS_MAX) {
      throw new EngineError('too_many_accounts', `more than ${ACCOUNTS_MAX} accounts`)
    }
    this.accounts = accounts
    this.#owners = owners
  }

  /** −1 when the configuration has no such account. */
  accountIndex(account: PastAccount): number {
    return this.#owners.findIndex(
      (owner) => owner.market === account.market && owner.name === account.name,
    )
  }

  ownerOf(account: number): PastAccount {
    const owner = this.#owners[account]
    assert(owner !== undefined, 'an account index of this roster')
    return owner
  }

  market(name: string): VenueMarket {
    const market = this.markets.find((candidate) => candidate.name === name)
    assert(market !== undefined, 'an instrument comes from a configured market')
    return market
  }

  /** Instruments of the market that the account trades on. */
  instrumentsOf(account: VenueAccount, instruments: InstrumentTable): number[] {
    return Array.from({ length: instruments.count }, (_, index) => index).filter(
      (index) => instruments.at(index).market === account.marketName,
    )
  }

  stop(nowNs: MonoNs): void {
    for (const account of this.accounts) account.stop(nowNs)
    for (const market of this.markets) market.stop(nowNs)
  }
}

/** What a market must list: the symbols of its tasks and of orders that may still live there. */
export function symbolsOf(market: string, plans: readonly PlannedTask[], past: Past): string[] {
  const planned = plans
    .filter((plan) => plan.parameters['venue'] === market)
    .map((plan) => String(plan.parameters['symbol']))
  const symbols = new Set(planned)
  for (const { instrument } of past.orders.values()) {
    if (instrument.market === market) symbols.add(instrument.symbol)
  }
  return [...symbols]
}
