// What the venue process is told when it starts, and what it says when it is ready. Both are JSON:
// the one is a file beside the venue's ledger, the other a line on stdout.

export interface VenueSpec {
  /** Absolute; the venue keeps everything below `<stateDir>/venue`. */
  readonly stateDir: string
  readonly seed: number
  readonly market: SimMarketSpec
  readonly venues: readonly SimVenueSpec[]
}

export type SimMarketSpec =
  | { readonly source: 'synthetic' }
  | {
      readonly source: 'capture'
      readonly file: string
      readonly speed: number
      /** BASE/QUOTE to list the recording under when its own symbol can be split in two ways. */
      readonly symbol: string
    }

export interface SimVenueSpec {
  /** Venue market: `binance_spot`. */
  readonly name: string
  readonly accounts: readonly SimAccountSpec[]
  readonly faults: 'none' | 'some'
}

export interface SimAccountSpec {
  readonly name: string
  readonly kind: 'hmac' | 'ed25519'
  /** asset → decimal text */
  readonly balances: Readonly<Record<string, string>>
}

/** The one line on stdout. */
export interface ReadyLine {
  readonly venues: readonly ReadyVenue[]
  /** `http://127.0.0.1:PORT` */
  readonly admin: string
}

export interface ReadyVenue {
  readonly name: string
  readonly urls: { readonly rest: string; readonly ws: string; readonly ws_api: string }
  readonly accounts: readonly {
    readonly name: string
    readonly credentials: VenueCredentials
  }[]
}

/** Where an embedded venue answers on a port of loopback. */
export function venueUrls(port: number): ReadyVenue['urls'] {
  const authority = `127.0.0.1:${port}`
  return {
    rest: `http://${authority}`,
    ws: `ws://${authority}`,
    ws_api: `ws://${authority}/ws-api/v3`,
  }
}

export interface VenueCredentials {
  readonly kind: 'hmac' | 'ed25519'
  readonly key: string
  /** HMAC secret, or an Ed25519 private key as PKCS#8 PEM. */
  readonly secret: string
}

/** `<stateDir>/venue.json`: how a later run finds the process. */
export interface VenueRecord {
  readonly pid: number
  /** Of the spec it was started with: see specFingerprint. */
  readonly fingerprint: string
  readonly ready: ReadyLine
}
