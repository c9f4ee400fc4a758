// What a user may say to `floe run` beside the configuration.

/** The options of `floe run`, as commander names them. */
export interface RunOptions {
  readonly untilDone?: boolean
  /** Where the final report goes. */
  readonly json?: string
  readonly fresh?: boolean
  readonly update?: boolean
  /** A capture that replaces the configured market. */
  readonly capture?: string
  readonly liveConfirmed?: boolean
}
