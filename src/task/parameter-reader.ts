// Reads a task's parameters from the user's words, key by key, collecting every complaint, so that
// one look at the error mends the whole task. Cold: at start and on update.
import { isPlainDecimal } from '#core/decimal.ts'
import { durationNs } from '#core/duration.ts'
import { EngineError } from '#core/engine-error.ts'

/** What is wrong with one parameter: `found 250`, `allowed a number with a unit: 250ms, 1s`. */
export interface ParameterComplaint {
  readonly key: string
  readonly found: string
  readonly allowed: string
}

/** What a complaint about a key that nobody asked for has found. */
export const UNKNOWN_PARAMETER = 'an unknown parameter'

/** Every complaint about one parameter set; whoever knows where they were written can point. */
export class ParameterError extends EngineError {
  readonly complaints: readonly ParameterComplaint[]

  constructor(what: string, complaints: readonly ParameterComplaint[]) {
    const texts = complaints.map((one) => `${one.key}: found ${one.found}, allowed ${one.allowed}`)
    super('bad_parameters', `${what}: ${texts.join('; ')}`)
    this.complaints = complaints
  }
}

export class ParameterReader {
  readonly #raw: Readonly<Record<string, unknown>>
  readonly #read = new Set<string>()
  readonly #complaints: ParameterComplaint[] = []

  constructor(raw: Readonly<Record<string, unknown>>) {
    this.#raw = raw
  }

  /** A required decimal above zero, kept as text. */
  quantity(key: string): string {
    return this.optionalQuantity(key) ?? this.#complain(key, undefined, 'a quoted decimal > 0', '0')
  }

  optionalQuantity(key: string): string | undefined {
    const value = this.#take(key)
    if (value === undefined) return undefined
    const isGood = typeof value === 'string' && isPlainDecimal(value) && Number(value) > 0
    return isGood ? value : this.#complain(key, value, 'a quoted decimal > 0', '0')
  }

  /** A decimal of zero or more. */
  amount(key: string, fallback: string): string {
    const value = this.#take(key)
    if (value === undefined) return fallback
    const isGood = typeof value === 'string' && isPlainDecimal(value) && Number(value) >= 0
    return isGood ? value : this.#complain(key, value, 'a quoted decimal ≥ 0', fallback)
  }

  integer(key: string, fallback: number, low: number, high: number): number {
    const value = this.#take(key)
    if (value === undefined) return fallback
    const isGood = typeof value === 'number' && Number.isInteger(value)
    if (isGood && value >= low && value <= high) return value
    return this.#complain(key, value, `a whole number from ${low} to ${high}`, fallback)
  }

  /** A share in [0, 1). */
  fraction(key: string, fallback: number): number {
    const value = this.#take(key)
    if (value === undefined) return fallback
    if (typeof value === 'number' && value >= 0 && value < 1) return value
    return this.#complain(key, value, 'a fraction from 0 up to, not including, 1', fallback)
  }

  boolean(key: string, fallback: boolean): boolean {
    const value = this.#take(key)
    if (value === undefined) return fallback
    return typeof value === 'boolean'
      ? value
      : this.#complain(key, value, 'true or false', fallback)
  }

  /** Nanoseconds; written with a unit. */
  duration(key: string, fallbackNs: number): number {
    const value = this.#take(key)
    if (value === undefined) return fallbackNs
    // Zero needs no unit to be clear, and "0" is what the rules call "none".
    if (value === 0) return 0
    try {
      return durationNs(value, key)
    } catch {
      return this.#complain(key, value, 'a number with a unit: 250ms, 1s, 5m, 1h', fallbackNs)
    }
  }

  choice<Name extends string>(key: string, allowed: readonly Name[], fallback?: Name): Name {
    const value = this.#take(key)
    const first = fallback ?? allowed[0]!
    if (value === undefined && fallback !== undefined) return fallback
    const found = allowed.find((name) => name === value)
    return found ?? this.#complain(key, value, allowed.join(' | '), first)
  }

  text(key: string): string {
    const value = this.#take(key)
    if (typeof value === 'string' && value !== '') return value
    return this.#complain(key, value, 'a name', '')
  }

  optionalText(key: string): string | undefined {
    const value = this.#take(key)
    if (value === undefined) return undefined
    return typeof value === 'string' ? value : this.#complain(key, value, 'text', '')
  }

  /** A nested map, or undefined. */
  section(key: string): ParameterReader | undefined {
    const value = this.#take(key)
    if (value === undefined) return undefined
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.#complain(key, value, 'a map', undefined)
    }
    return new ParameterReader(Object.fromEntries(Object.entries(value)))
  }

  /** For what only two parameters together can be wrong about. */
  complain(key: string, allowed: string): void {
    this.#complain(key, this.#raw[key], allowed, undefined)
  }

  /** Keys nobody asked for, then every complaint, as one error naming the task. */
  finish(what: string, ...sections: readonly (ParameterReader | undefined)[]): void {
    const unknown = Object.keys(this.#raw)
      .filter((key) => !this.#read.has(key))
      .map((key) => ({ key, found: UNKNOWN_PARAMETER, allowed: [...this.#read].join(', ') }))
    const nested = sections.flatMap((s) => (s === undefined ? [] : s.#complaints))
    const all = [...this.#complaints, ...nested, ...unknown]
    if (all.length > 0) throw new ParameterError(what, all)
  }

  #take(key: string): unknown {
    this.#read.add(key)
    return this.#raw[key]
  }

  #complain<Value>(key: string, found: unknown, allowed: string, fallback: Value): Value {
    const shown = found === undefined ? 'nothing' : JSON.stringify(found)
    this.#complaints.push({ key, found: shown, allowed })
    return fallback
  }
}
