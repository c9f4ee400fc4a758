// JSON from outside as plain objects, refused by name when it is something else.
import { EngineError } from './engine-error.ts'

/** @throws EngineError `bad_json` naming `what`. */
export function parseJsonObject(text: string, what: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new EngineError('bad_json', `${what}: not JSON`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EngineError('bad_json', `${what}: not a JSON object`)
  }
  return Object.fromEntries(Object.entries(value))
}
