// What the bench and its venue process say to each other.

export type LoadSide = 'floe' | 'peer'

export interface LoadReady {
  readonly port: number
}

export interface LoadCommand {
  readonly side: LoadSide
  readonly ticks: number
  readonly ticksPerSecond: number
}

export interface LoadDone {
  readonly done: LoadSide
}
