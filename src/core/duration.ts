// Durations as people write them: a number and a unit, never a bare number.
import { EngineError } from './engine-error.ts'
import { NS_PER_MS, NS_PER_S } from './units.ts'

const UNIT_NS: Readonly<Record<string, number>> = {
  ms: NS_PER_MS,
  s: NS_PER_S,
  m: 60 * NS_PER_S,
  h: 3_600 * NS_PER_S,
}
const DURATION = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/

export function isDuration(text: string): boolean {
  return DURATION.test(text)
}

/**
 * `250ms`, `1.5s`, `5m`, `1h` in ns; `0` alone is refused like any bare number.
 * @throws EngineError `not_a_duration` naming `what` and the text.
 */
export function durationNs(text: unknown, what: string): number {
  const match = typeof text === 'string' ? DURATION.exec(text) : null
  if (!match) {
    const found = typeof text === 'string' ? `"${text}"` : String(text)
    throw new EngineError(
      'not_a_duration',
      `${what}: found ${found}, allowed a number with a unit: 250ms, 1s, 5m, 1h`,
    )
  }
  return Math.round(Number(match[1]) * UNIT_NS[match[2]!]!)
}
