// What may be written in a configuration file: every key, its shape and its default.
//
// Each leaf carries one text, the end of the sentence "found …, allowed …"; loader.ts puts the
// file, line and column before it. What keys mean to each other is cross-checks.ts's matter,
// and a task's own parameters are its own parser's: here they pass through.
import { z } from 'zod'
import { isPlainDecimal } from '#core/decimal.ts'
import { durationNs, isDuration } from '#core/duration.ts'
import { NS_PER_S } from '#core/units.ts'
import { EXCHANGES, MARKETS, TASK_TYPES } from './known-names.ts'

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/
const ENV_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const SYMBOL = /^[A-Z0-9]{2,20}([/_-][A-Z0-9]{2,20})?$/
const ASSET = /^[A-Z0-9]{1,20}$/
const URL_TEXT = /^(https?|wss?):\/\/[^\s/]+(\/\S*)?$/

/** Between the keys of an allowed list; loader.ts reads them back for suggestions. */
export const KEY_SEPARATOR = ', '

const name = text(NAME, 'a name of letters, digits, "-" and "_"')
const symbol = text(SYMBOL, 'a symbol such as BTC/USDT, or as the venue spells it')
const market = z
  .string()
  .refine((value) => MARKETS.includes(value), { error: MARKETS.join(' or ') })
// A limit under a spelling that no instrument has would be no limit: only the one form is taken.
const baseQuote = text(/^[A-Z0-9]{2,20}\/[A-Z0-9]{2,20}$/, 'BASE/QUOTE, such as BTC/USDT')
const envName = text(ENV_NAME, 'the name of an environment variable')

const decimal = z
  .string({ error: 'a decimal in quotes, such as "0.1"' })
  .refine((value) => isPlainDecimal(value) && !value.startsWith('-'), {
    error: 'a decimal of at least 0 in quotes, such as "0.1"',
  })
const positiveDecimal = decimal.refine((value) => !isPlainDecimal(value) || /[1-9]/.test(value), {
  error: 'a decimal above 0 in quotes, such as "0.1"',
})

const duration = z
  .string({ error: 'a duration with its unit, such as 3s' })
  .refine(isDuration, { error: 'a duration with its unit, such as 3s' })

const account = map({
  exchange: oneOf(EXCHANGES),
  kind: oneOf(['hmac', 'ed25519']).default('hmac'),
  key_env: envName.optional(),
  secret_env: envName.optional(),
  key_file: text(/\S/, 'the path of a file with "key" and "secret" lines').optional(),
})

const url = text(URL_TEXT, 'a URL such as https://host or wss://host:port')
const venueUse = map({
  account: name,
  urls: map({ rest: url.optional(), ws: url.optional(), ws_api: url.optional() }).optional(),
})
const oneOrMore = 'an {account: …}, or a list of them'
const venueUses = z.preprocess(
  (value) => (Array.isArray(value) ? value : [value]),
  z.array(venueUse, { error: oneOrMore }).min(1, { error: oneOrMore }),
)

const simMarket = z.discriminatedUnion(
  'source',
  [
    map({ source: z.literal('synthetic') }),
    map({
      source: z.literal('capture'),
      file: text(/\S/, 'the path of a capture, plain or gzip'),
      speed: number(0.01, 1_000).default(1),
    }),
  ],
  { error: 'synthetic or capture' },
)

const simVenue = map({
  balances: z
    .record(
      name,
      z.record(text(ASSET, 'an asset such as BTC'), decimal, { error: 'assets and amounts' }),
      { error: 'a map of accounts' },
    )
    .default({}),
  faults: oneOf(['none', 'some']).default('none'),
})

const sim = map({
  seed: integer(0, 0xffff_ffff).default(1),
  market: simMarket.default({ source: 'synthetic' }),
  venues: z.record(market, simVenue, { error: 'a map of venue markets' }).default({}),
})

const risk = map({
  max_order_notional: positiveDecimal.optional(),
  max_position: z
    .record(baseQuote, positiveDecimal, { error: 'a map of symbols and quantities' })
    .default({}),
  price_collar_bps: number(1, 10_000).default(500),
  orders_per_second: integer(1, 1_000).default(20),
  max_open_orders: integer(1, 10_000).default(200),
})

const silence = 'a duration from 1s to 1m'
const watchdog = map({
  enabled: z.boolean({ error: 'true or false' }).default(true),
  silence: z
    .string({ error: silence })
    .refine((value) => isDurationWithin(value, NS_PER_S, 60 * NS_PER_S), { error: silence })
    .default('5s'),
})

/** The part common to all tasks; what else stands there belongs to the type. */
const task = z.looseObject(
  {
    id: name.optional(),
    type: oneOf(TASK_TYPES),
    venue: name,
    account: name.optional(),
    symbol,
    side: oneOf(['buy', 'sell']),
  },
  { error: 'a map of task parameters' },
)

export const configSchema = map({
  mode: oneOf(['sim', 'paper', 'live']).default('sim'),
  instance: integer(0, 255).default(1),
  state_dir: text(/\S/, 'the path of a directory').default('./state'),
  accounts: z.record(name, account, { error: 'a map of accounts' }),
  venues: z.record(market, venueUses, { error: 'a map of venue markets' }),
  sim: sim.prefault({}),
  risk: risk.prefault({}),
  control: map({ port: integer(0, 65_535).default(0) }).prefault({}),
  watchdog: watchdog.optional(),
  warm_up: duration.optional(),
  keep_warm: z.boolean({ error: 'true or false' }).default(true),
  busy_poll: z.boolean({ error: 'true or false' }).default(false),
  tasks: z.array(task, { error: 'a list of tasks' }).default([]),
})

/** A configuration as written, validated key by key, defaults filled in. */
export type WrittenConfig = z.infer<typeof configSchema>
export type WrittenTask = WrittenConfig['tasks'][number]

function text(pattern: RegExp, allowed: string) {
  return z.string({ error: allowed }).regex(pattern, { error: allowed })
}

function oneOf<const Names extends readonly string[]>(names: Names) {
  return z.enum(names, { error: names.join(' or ') })
}

function isDurationWithin(value: string, lowNs: number, highNs: number): boolean {
  if (!isDuration(value)) return false
  const ns = durationNs(value, 'duration')
  return ns >= lowNs && ns <= highNs
}

function integer(low: number, high: number) {
  const allowed = `a whole number from ${low} to ${high}`
  return z.int({ error: allowed }).min(low, { error: allowed }).max(high, { error: allowed })
}

function number(low: number, high: number) {
  const allowed = `a number from ${low} to ${high}`
  return z.number({ error: allowed }).min(low, { error: allowed }).max(high, { error: allowed })
}

function map<Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = Object.keys(shape).join(KEY_SEPARATOR)
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? keys : `a map with the keys ${keys}`),
  })
}
