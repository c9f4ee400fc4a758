// The one error class that crosses rooms: a stable code, a category that decides who reacts,
// and a message that names the thing and the fix. Off the hot path only; there, outcomes are codes.

export type ErrorCategory = 'fatal' | 'error' | 'warn'

export class EngineError extends Error {
  override readonly name = 'EngineError'
  readonly code: string
  readonly category: ErrorCategory

  /** `code` is stable (`journal_newer_version`); `message` tells a person what to do. */
  constructor(code: string, message: string, category: ErrorCategory = 'error', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.category = category
  }
}

/** The text of anything thrown, without losing an EngineError's own wording. */
export function errorText(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
