// What the keys of a configuration must be to each other: every name that is used is declared,
// and nothing that trades with money does so without limits and keys.
import { EXCHANGE_BY_MARKET } from './known-names.ts'
import type { WrittenConfig, WrittenTask } from './schema.ts'
import type { KeyPath } from './yaml-source.ts'

/** A contradiction at `path`; what was found there is read from the file. */
export interface Contradiction {
  readonly path: KeyPath
  readonly allowed: string
  /** Instead of the text in the file: the key at the end of the path is what is wrong. */
  readonly found?: string
}

export function crossCheck(written: WrittenConfig): Contradiction[] {
  return [
    ...checkVenues(written),
    ...checkSim(written),
    ...written.tasks.flatMap((task, index) => checkTask(written, task, index)),
    ...checkTaskIds(written),
    ...(written.mode === 'live' ? checkLive(written) : []),
  ]
}

function checkVenues(written: WrittenConfig): Contradiction[] {
  const found: Contradiction[] = []
  for (const [market, uses] of Object.entries(written.venues)) {
    const exchange = EXCHANGE_BY_MARKET[market]
    const seen = new Set<string>()
    uses.forEach((use, index) => {
      const path = ['venues', market, index, 'account']
      const account = written.accounts[use.account]
      if (!account) found.push({ path, allowed: declared(Object.keys(written.accounts)) })
      else if (account.exchange !== exchange) {
        found.push({ path, allowed: `an account of the exchange ${exchange}` })
      }
      if (seen.has(use.account))
        found.push({ path, allowed: 'each account once on a venue market' })
      seen.add(use.account)
      if (index > 0 && use.urls) {
        const allowed = 'urls on the first account only: they belong to the venue market'
        found.push({ path: ['venues', market, index, 'urls'], allowed })
      }
    })
  }
  return found
}

function checkSim(written: WrittenConfig): Contradiction[] {
  const found: Contradiction[] = []
  for (const [market, venue] of Object.entries(written.sim.venues)) {
    const path = ['sim', 'venues', market]
    const accounts = accountsOf(written, market)
    if (!accounts) {
      const allowed = declared(Object.keys(written.venues))
      found.push({ path, found: `the key ${JSON.stringify(market)}`, allowed })
    }
    for (const account of Object.keys(venue.balances)) {
      if (!accounts || accounts.includes(account)) continue
      found.push({
        path: [...path, 'balances', account],
        found: `the key ${JSON.stringify(account)}`,
        allowed: `an account of ${market}: ${accounts.join(' or ')}`,
      })
    }
  }
  return found
}

function checkTask(written: WrittenConfig, task: WrittenTask, index: number): Contradiction[] {
  const accounts = accountsOf(written, task.venue)
  if (!accounts) {
    return [{ path: ['tasks', index, 'venue'], allowed: declared(Object.keys(written.venues)) }]
  }
  if (task.account !== undefined && !accounts.includes(task.account)) {
    const allowed = `an account of ${task.venue}: ${accounts.join(' or ')}`
    return [{ path: ['tasks', index, 'account'], allowed }]
  }
  return []
}

function checkTaskIds(written: WrittenConfig): Contradiction[] {
  const found: Contradiction[] = []
  const seen = new Set<string>()
  written.tasks.forEach((task, index) => {
    const path = ['tasks', index, 'id']
    if (task.id === undefined) {
      if (written.mode === 'sim') return
      found.push({
        path,
        allowed: `an id in mode ${written.mode}: it names the task in the journal`,
      })
      return
    }
    if (seen.has(task.id)) found.push({ path, allowed: 'an id that no other task has' })
    seen.add(task.id)
  })
  return found
}

function checkLive(written: WrittenConfig): Contradiction[] {
  const found: Contradiction[] = []
  for (const [name, account] of Object.entries(written.accounts)) {
    const fromEnv = account.key_env !== undefined && account.secret_env !== undefined
    if (fromEnv || account.key_file !== undefined) continue
    found.push({
      path: ['accounts', name],
      found: 'no keys',
      allowed: 'key_env with secret_env, or key_file, in mode live',
    })
  }
  if (written.risk.max_order_notional === undefined) found.push(liveLimit('max_order_notional'))
  if (Object.keys(written.risk.max_position).length === 0) found.push(liveLimit('max_position'))
  return found
}

function liveLimit(key: string): Contradiction {
  const allowed = 'a limit: without limits nothing trades in mode live'
  return { path: ['risk', key], found: 'nothing', allowed }
}

function accountsOf(written: WrittenConfig, market: string): string[] | undefined {
  const uses = Object.hasOwn(written.venues, market)
    ? Object.entries(written.venues).find(([name]) => name === market)?.[1]
    : undefined
  return uses?.map((use) => use.account)
}

function declared(names: readonly string[]): string {
  return names.length === 0 ? 'a declared name (none is declared)' : names.join(' or ')
}
