// The parameters of one request, whichever way they came, and the venue's way of refusing them.
//
// REST brings a query string and a form body, the WS API a JSON object; both become name → text.
// Readers throw the venue's own error, so a method reads like the endpoint's documentation.
import { isPlainDecimal } from '#core/decimal.ts'
import {
  DECIMAL_RANGE,
  VenueError,
  emptyParameter,
  illegalCharacters,
  missingParameter,
} from './venue-error.ts'

const INTEGER_RANGE = '^[0-9]{1,20}$'
const INTEGER = /^[0-9]{1,20}$/
const DECIMAL_DIGITS_MAX = 20

export class Parameters {
  readonly #values: ReadonlyMap<string, string>

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  names(): Iterable<string> {
    return this.#values.keys()
  }

  optional(name: string): string | undefined {
    const value = this.#values.get(name)
    if (value === '') throw emptyParameter(name)
    return value
  }

  text(name: string): string {
    const value = this.#values.get(name)
    if (value === undefined || value === '') throw missingParameter(name)
    return value
  }

  /** A non-negative plain decimal: signs, exponents and blanks are illegal characters. */
  decimal(name: string): string {
    const value = this.text(name)
    const fits = value.split('.').every((part) => part.length <= DECIMAL_DIGITS_MAX)
    if (value.startsWith('-') || !isPlainDecimal(value) || !fits) {
      throw illegalCharacters(name, DECIMAL_RANGE)
    }
    return value
  }

  integer(name: string): number {
    const value = this.text(name)
    if (!INTEGER.test(value)) throw illegalCharacters(name, INTEGER_RANGE)
    return Number(value)
  }

  optionalInteger(name: string): number | undefined {
    return this.optional(name) === undefined ? undefined : this.integer(name)
  }

  /** A row limit: absent takes the default, too large is cut to the maximum. */
  limit(standard: number, largest: number): number {
    const limit = this.optionalInteger('limit') ?? standard
    if (limit < 1) throw new VenueError(-1130, "Data sent for parameter 'limit' is not valid.")
    return Math.min(limit, largest)
  }

  boolean(name: string, standard: boolean): boolean {
    const value = this.optional(name)
    if (value === undefined) return standard
    if (value.toLowerCase() === 'true') return true
    if (value.toLowerCase() === 'false') return false
    throw illegalCharacters(name, '^(true|false)$')
  }

  /** Refuses what the endpoint does not read, as the venue does. */
  requireOnly(accepted: ReadonlySet<string>): void {
    let unread = 0
    for (const name of this.#values.keys()) if (!accepted.has(name)) unread++
    if (unread === 0) return
    const sent = this.#values.size
    throw new VenueError(
      -1104,
      `Not all sent parameters were read; read '${sent - unread}' parameter(s) ` +
        `but was sent '${sent}'.`,
    )
  }
}

/** Percent-decoded pairs of a query string followed by a form body. */
export function parametersOfForms(query: string, body: string): Parameters {
  const values = new Map<string, string>()
  for (const form of [query, body]) {
    for (const pair of form.split('&')) {
      if (pair !== '') addPair(values, pair)
    }
  }
  return new Parameters(values)
}

/** The `params` object of a WS API request. */
export function parametersOfObject(object: Readonly<Record<string, unknown>>): Parameters {
  const values = new Map<string, string>()
  for (const [name, value] of Object.entries(object)) {
    if (value === null || value === undefined) values.set(name, '')
    else values.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return new Parameters(values)
}

function addPair(values: Map<string, string>, pair: string): void {
  const equals = pair.indexOf('=')
  const name = decodeForm(equals < 0 ? pair : pair.slice(0, equals))
  const value = equals < 0 ? '' : decodeForm(pair.slice(equals + 1))
  if (values.has(name)) {
    throw new VenueError(-1101, 'Duplicate values for a parameter detected.')
  }
  values.set(name, value)
}

function decodeForm(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    throw new VenueError(-1100, 'Illegal characters found in a parameter.')
  }
}
