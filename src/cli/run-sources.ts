// Where a run gets its venues and keys from: the embedded venues' ready line in `sim`, the
// configuration and the environment in `live`.
import type { FloeConfig, VenueConfig } from '#config/config.ts'
import { readCredentials } from '#config/secrets.ts'
import { EngineError } from '#core/engine-error.ts'
import type { RosterVenue } from '#loop/venue-roster.ts'
import { findVenueMake } from '#venue/registry.ts'
import type { Credentials, VenueUrls } from '#venue/venue.ts'
import { attachOrStartVenues, isMarketOver, reportEngineEnded } from './venue-process.ts'

export interface RunVenues {
  readonly venues: readonly RosterVenue[]
  /** For the first lines: where orders will go. */
  readonly description: string
  /** True once a recording that stands in for the market is over; a real market never is. */
  isMarketOver(): Promise<boolean>
  /** Tells whoever needs to know that the engine ended cleanly. */
  ended(): Promise<void>
}

/** @throws EngineError when venues do not come up, a market is unknown or a key is missing. */
export async function resolveVenues(config: FloeConfig): Promise<RunVenues> {
  if (config.mode === 'sim') return embeddedVenues(config)
  if (config.mode === 'live') return liveVenues(config)
  throw new EngineError(
    'mode_unavailable',
    `${config.source}: mode paper is not available yet; use sim, or live with real limits`,
  )
}

async function embeddedVenues(config: FloeConfig): Promise<RunVenues> {
  const handle = await attachOrStartVenues(config)
  const venues = config.venues.map((venue) => {
    const ready = handle.venues.find(({ name }) => name === venue.market)
    if (ready === undefined) {
      throw new EngineError('venue_missing', `the venue process does not serve ${venue.market}`)
    }
    const credentialsOf = (name: string): Credentials => {
      const account = ready.accounts.find((candidate) => candidate.name === name)
      if (account !== undefined) return account.credentials
      throw new EngineError('account_missing', `${venue.market} has no account ${name}`)
    }
    // What the configuration names is on the way to them: a proxy, a tunnel.
    return rosterVenue(venue, { ...ready.urls, ...venue.urls }, credentialsOf)
  })
  const how = handle.attached ? 'running since before' : 'started'
  return {
    venues,
    description: `embedded venues (${how}, pid ${handle.pid})`,
    isMarketOver: () => isMarketOver(handle),
    ended: () => reportEngineEnded(handle),
  }
}

function liveVenues(config: FloeConfig): RunVenues {
  const venues = config.venues.map((venue) => {
    const make = findVenueMake(venue.market)
    return rosterVenue(venue, { ...make.urls, ...venue.urls }, (name) => {
      const account = config.accounts.find((candidate) => candidate.name === name)
      if (account !== undefined) return readCredentials(account, process.env)
      throw new EngineError('account_missing', `${config.source}: no account ${name}`)
    })
  })
  return {
    venues,
    description: 'live venues',
    isMarketOver: () => Promise.resolve(false),
    ended: () => Promise.resolve(),
  }
}

function rosterVenue(
  venue: VenueConfig,
  urls: VenueUrls,
  credentialsOf: (name: string) => Credentials,
): RosterVenue {
  const accounts = venue.accounts.map((name) => ({ name, credentials: credentialsOf(name) }))
  return { make: findVenueMake(venue.market), urls, accounts }
}
