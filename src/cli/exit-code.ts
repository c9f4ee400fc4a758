// What the process says when it ends, and the one place that turns an error into it.
import { EngineError, errorText } from '#core/engine-error.ts'

export const ExitCode = {
  Done: 0,
  Error: 1,
  /** Also a wrong command line. */
  BadConfiguration: 2,
  TasksNotCompleted: 3,
  /** The kill switch is engaged, and not every order of ours is proved to be over. */
  Unconfirmed: 4,
} as const
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode]

/** Codes of errors that the user mends in the configuration. */
const CONFIGURATION_CODES: ReadonlySet<string> = new Set([
  'bad_config',
  'bad_parameters',
  'bad_url',
  'bad_usage',
  'below_minimum',
  'does_not_fit',
  'listings_refused',
  'not_a_decimal',
  'not_a_duration',
  'parameters_differ',
  'too_many_tasks',
  'type_differs',
  'unknown_symbol',
])

export function exitCodeOf(thrown: unknown): ExitCode {
  const isConfiguration = thrown instanceof EngineError && CONFIGURATION_CODES.has(thrown.code)
  return isConfiguration ? ExitCode.BadConfiguration : ExitCode.Error
}

/** Prints an error as a user reads it; a stack only where the error is our own bug. */
export function printError(thrown: unknown): void {
  const text =
    thrown instanceof Error && !(thrown instanceof EngineError)
      ? (thrown.stack ?? thrown.message)
      : errorText(thrown)
  process.stderr.write(`floe: ${text}\n`)
}
