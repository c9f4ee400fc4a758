// `floe task update ID key=value …`: a shell has only text, the engine wants quantities and prices
// as text but counts as numbers. The key decides, as it does in the configuration.
import { EngineError } from '#core/engine-error.ts'

/** Keys whose value stays text however it looks. */
const TEXT_KEY = /(^|_)(quantity|price|notional)$/
const NUMBER = /^-?\d+(\.\d+)?$/

/** @throws EngineError `bad_usage` for a pair without `=`, or a key given twice. */
export function parametersFromPairs(
  pairs: readonly string[],
): Record<string, string | number | boolean> {
  const parameters: Record<string, string | number | boolean> = {}
  for (const pair of pairs) {
    const equals = pair.indexOf('=')
    if (equals <= 0) {
      throw new EngineError('bad_usage', `"${pair}" is no key=value; write total_quantity=2`)
    }
    const key = pair.slice(0, equals)
    if (Object.hasOwn(parameters, key)) {
      throw new EngineError('bad_usage', `${key} is given twice`)
    }
    parameters[key] = valueOf(key, pair.slice(equals + 1))
  }
  return parameters
}

function valueOf(key: string, text: string): string | number | boolean {
  if (TEXT_KEY.test(key)) return text
  if (text === 'true' || text === 'false') return text === 'true'
  return NUMBER.test(text) ? Number(text) : text
}
