// From a YAML file to a FloeConfig, or to every reason why not. Nothing connects before this has
// passed, and nothing after it looks at YAML again.
import { readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import type { z } from 'zod'
import { durationNs } from '#core/duration.ts'
import { errorText } from '#core/engine-error.ts'
import type { FloeConfig, RiskConfig, SimConfig, TaskConfig, VenueConfig } from './config.ts'
import type { WatchdogConfig } from './config.ts'
import { ConfigError, type ConfigIssue } from './config-error.ts'
import { crossCheck } from './cross-checks.ts'
import { nearestName } from './nearest-name.ts'
import { configSchema, KEY_SEPARATOR, type WrittenConfig } from './schema.ts'
import { keyText, YamlSource, type KeyPath } from './yaml-source.ts'

/** Values of these keys are never repeated in a message: someone may have pasted a secret. */
const SECRET_KEY = /key|secret|token|password/i

/** @throws ConfigError when the file cannot be read or says something that is not allowed. */
export function loadConfig(path: string): FloeConfig {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const found = `a file that cannot be read (${errorText(error)})`
    const allowed = 'the path of a YAML file; config/first-run.yaml is one to start from'
    throw new ConfigError([{ position: `${path}:1:1`, key: 'configuration', found, allowed }])
  }
  return parseConfig(text, path)
}

/**
 * `source` names the text in messages. Relative paths in it are taken from the current directory.
 * @throws ConfigError with every issue at once.
 */
export function parseConfig(text: string, source: string): FloeConfig {
  const yaml = new YamlSource(text, source)
  const parsed = configSchema.safeParse(yaml.value)
  if (!parsed.success) {
    throw new ConfigError(parsed.error.issues.flatMap((issue) => positioned(issue, yaml)))
  }
  const written = parsed.data
  const contradictions = crossCheck(written)
  if (contradictions.length > 0) {
    throw new ConfigError(
      contradictions.map(({ path, found, allowed }) => ({
        position: found === undefined ? yaml.positionOf(path) : yaml.positionOfKey(path),
        key: keyText(path),
        found: found ?? describe(yaml, path),
        allowed,
      })),
    )
  }
  return resolved(written, yaml, source)
}

function positioned(issue: z.core.$ZodIssue, yaml: YamlSource): ConfigIssue[] {
  const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(yaml, [...path, key], issue.message))
  }
  if (issue.code === 'invalid_key') {
    return [
      {
        position: yaml.positionOfKey(path),
        key: keyText(path),
        found: `the key ${JSON.stringify(path.at(-1))}`,
        allowed: issue.issues[0]?.message ?? issue.message,
      },
    ]
  }
  return [
    {
      position: yaml.positionOf(path),
      key: keyText(path),
      found: describe(yaml, path),
      allowed: issue.message,
    },
  ]
}

function unknownKey(yaml: YamlSource, path: KeyPath, known: string): ConfigIssue {
  const nearest = nearestName(String(path.at(-1)), known.split(KEY_SEPARATOR))
  return {
    position: yaml.positionOfKey(path),
    key: keyText(path),
    found: 'an unknown key',
    allowed: nearest === null ? known : `${known}; did you mean ${nearest}?`,
  }
}

function describe(yaml: YamlSource, path: KeyPath): string {
  const found = yaml.describe(path)
  return found !== 'nothing' && SECRET_KEY.test(String(path.at(-1))) ? 'something else' : found
}

function resolved(written: WrittenConfig, yaml: YamlSource, source: string): FloeConfig {
  return {
    source,
    mode: written.mode,
    instance: written.instance,
    stateDir: absolute(written.state_dir),
    accounts: Object.entries(written.accounts).map(([name, account]) => ({
      name,
      exchange: account.exchange,
      kind: account.kind,
      ...(account.key_env !== undefined && { keyEnv: account.key_env }),
      ...(account.secret_env !== undefined && { secretEnv: account.secret_env }),
      ...(account.key_file !== undefined && { keyFile: absolute(account.key_file) }),
    })),
    venues: Object.entries(written.venues).map(([market, uses]) => venueConfig(market, uses)),
    sim: simConfig(written.sim),
    risk: riskConfig(written.risk),
    control: written.control,
    watchdog: watchdogConfig(written),
    warmUpNs: durationNs(written.warm_up ?? WARM_UP[written.mode], 'warm_up'),
    keepWarm: written.keep_warm,
    busyPoll: written.busy_poll,
    tasks: taskConfigs(written, yaml),
  }
}

/** Where money is at stake the first order is to be as fast as the thousandth. */
const WARM_UP = { sim: '0s', paper: '0s', live: '3s' } as const

function venueConfig(market: string, uses: WrittenConfig['venues'][string]): VenueConfig {
  const urls: Record<string, string> = {}
  for (const [name, url] of Object.entries(uses[0]?.urls ?? {})) {
    if (url !== undefined) urls[name] = url.replace(/\/+$/, '')
  }
  return { market, accounts: uses.map((use) => use.account), urls }
}

/** In live somebody watches unless told not to; elsewhere only where it is asked for. */
function watchdogConfig({ mode, watchdog }: WrittenConfig): WatchdogConfig {
  const { enabled, silence } = watchdog ?? { enabled: mode === 'live', silence: '5s' }
  return { enabled, silenceNs: durationNs(silence, 'watchdog.silence') }
}

function simConfig(written: WrittenConfig['sim']): SimConfig {
  const { seed, market, venues } = written
  if (market.source === 'synthetic') return { seed, market, venues }
  return { seed, market: { ...market, file: absolute(market.file) }, venues }
}

function riskConfig(written: WrittenConfig['risk']): RiskConfig {
  return {
    ...(written.max_order_notional !== undefined && {
      maxOrderNotional: written.max_order_notional,
    }),
    maxPosition: written.max_position,
    priceCollarBps: written.price_collar_bps,
    ordersPerSecond: written.orders_per_second,
    maxOpenOrders: written.max_open_orders,
  }
}

function taskConfigs(written: WrittenConfig, yaml: YamlSource): TaskConfig[] {
  const taken = new Set(written.tasks.map((task) => task.id))
  return written.tasks.map((task, index) => {
    const { id, type, ...parameters } = task
    const defaultAccount = written.venues[task.venue]?.[0]?.account
    return {
      id: id ?? freeId(type, taken),
      type,
      parameters: { account: defaultAccount, ...parameters },
      position: yaml.positionOf(['tasks', index]),
      parameterPositions: Object.fromEntries(
        Object.keys(parameters).map((key) => [key, yaml.positionOf(['tasks', index, key])]),
      ),
    }
  })
}

/** `iceberg-1`, `iceberg-2` …, passing over ids that the file gave away. */
function freeId(type: string, taken: Set<string | undefined>): string {
  let n = 1
  while (taken.has(`${type}-${n}`)) n++
  taken.add(`${type}-${n}`)
  return `${type}-${n}`
}

function absolute(path: string): string {
  return isAbsolute(path) ? path : resolve(path)
}
