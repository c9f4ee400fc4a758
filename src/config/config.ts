// What a configuration means once it has been read, validated and given its defaults.
// schema.ts says what may be written, loader.ts turns one into the other.

export interface FloeConfig {
  /** Path of the file it came from, for messages. */
  readonly source: string
  readonly mode: 'sim' | 'paper' | 'live'
  /** 0–255, part of every client order id. */
  readonly instance: number
  /** Absolute. */
  readonly stateDir: string
  readonly accounts: readonly AccountConfig[]
  readonly venues: readonly VenueConfig[]
  readonly sim: SimConfig
  readonly risk: RiskConfig
  readonly control: ControlConfig
  readonly watchdog: WatchdogConfig
  /** How long to rehearse before the first order; 0 = not at all. */
  readonly warmUpNs: number
  /** While tasks trade and nothing happens, the motions of a tick keep the caches warm. */
  readonly keepWarm: boolean
  /** The engine's thread spins instead of sleeping: it takes a core of its own. */
  readonly busyPoll: boolean
  readonly tasks: readonly TaskConfig[]
}

export interface AccountConfig {
  readonly name: string
  readonly exchange: string
  readonly kind: 'hmac' | 'ed25519'
  /** Names of environment variables, never the values. */
  readonly keyEnv?: string
  readonly secretEnv?: string
  /** A 0600 file holding `key` and `secret` lines. */
  readonly keyFile?: string
}

export interface VenueConfig {
  /** `binance_spot` */
  readonly market: string
  /** Names of accounts, in the order written; the first is a task's default. */
  readonly accounts: readonly string[]
  /** Overrides of base URLs. */
  readonly urls: Readonly<Record<string, string>>
}

export interface SimConfig {
  readonly seed: number
  readonly market:
    | { readonly source: 'synthetic' }
    | { readonly source: 'capture'; readonly file: string; readonly speed: number }
  readonly venues: Readonly<Record<string, SimVenueConfig>>
}

export interface SimVenueConfig {
  /** account name → asset → decimal text */
  readonly balances: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly faults: 'none' | 'some'
}

export interface RiskConfig {
  /** Decimal text in quote. Without limits nothing trades in `live`. */
  readonly maxOrderNotional?: string
  /** Symbol (BASE/QUOTE) → largest absolute position in base, decimal text. */
  readonly maxPosition: Readonly<Record<string, string>>
  /** H71: default 500. */
  readonly priceCollarBps: number
  readonly ordersPerSecond: number
  readonly maxOpenOrders: number
}

export interface ControlConfig {
  /** 0 = any free port, written to <state_dir>/control.json with the token. */
  readonly port: number
}

export interface WatchdogConfig {
  /** A process beside the engine takes its orders back when it falls silent. */
  readonly enabled: boolean
  /** How long without a sign of life. */
  readonly silenceNs: number
}

export interface TaskConfig {
  readonly id: string
  readonly type: 'iceberg'
  /**
   * The parameter set in the user's words, without id and type and with the account filled in;
   * validated by the task's own parser.
   */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Where in the file the task stands, for messages: `file:line:column`. */
  readonly position: string
  /** Parameter → `file:line:column` of its value, for messages of the task's own parser. */
  readonly parameterPositions?: Readonly<Record<string, string>>
}
