// What the bench and its venue process say to each other.
import type { Credentials } from '#venue/venue.ts'

/** Who is being measured: each trades its own symbol on its own account of the same venue. */
export type LoadSide = 'floe' | 'peer' | 'c'

/** Symbol of each side, as the venue spells it. */
export const SYMBOLS: Readonly<Record<LoadSide, string>> = {
  floe: 'BTCUSDT',
  peer: 'ETHUSDT',
  c: 'SOLUSDT',
}

export interface LoadReady {
  readonly port: number
  readonly credentials: Readonly<Record<LoadSide, Credentials>>
}

export interface LoadCommand {
  readonly side: LoadSide
  readonly ticks: number
  readonly ticksPerSecond: number
}

export interface LoadDone {
  readonly done: LoadSide
}
