// Journal records for people: one line each, or JSON. Fields are translated by their name, so a
// new kind prints without a word here: units turn into decimals once the instrument's record has
// gone by, indices into names, codes into words, JSON texts into what they hold.
import { textFromUnits } from '#core/decimal.ts'
import { NS_PER_S, SIDE_NAMES, US_PER_MS } from '#core/units.ts'
import { clientIdText } from '#order/client-order-id.ts'
import { ORDER_TYPE_NAMES, REJECT_REASON_NAMES, TIME_IN_FORCE_NAMES } from '#order/order-codes.ts'
import { ORDER_STATE_NAMES, orderTransitions } from '#order/order-state.ts'
import { NOTICE_LEVELS, type JournalRecord } from './record-layout.ts'

export type PrintedValue = string | number | boolean | object | null
export type PrintedRecord = Readonly<Record<string, PrintedValue>>

interface Scales {
  readonly priceScale: number
  readonly qtyScale: number
}

/** Fields whose number is a code, by field name. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  side: SIDE_NAMES,
  type: ORDER_TYPE_NAMES,
  timeInForce: TIME_IN_FORCE_NAMES,
  event: orderTransitions.eventNames.map(snakeCase),
  stateAfter: ORDER_STATE_NAMES,
  reason: REJECT_REASON_NAMES,
  level: NOTICE_LEVELS,
}
const JSON_FIELDS = ['facts', 'parameters', 'note']
const LATEST_PRINTED_US = 8.64e15 * US_PER_MS

/** Remembers what indices mean; feed it the records in order. */
export class RecordPrinter {
  readonly #scales = new Map<number, Scales>()
  readonly #symbols = new Map<number, string>()
  readonly #accounts = new Map<number, string>()
  readonly #tasks = new Map<number, string>()
  /** Client order id → instrument: an order's events name only the order. */
  readonly #instrumentOfOrder = new Map<string, number>()

  /** `12 3.250000s fill order=f0… price=64123.45 …` */
  line(record: JournalRecord): string {
    const words = Object.entries(this.#fields(record)).map(
      ([name, value]) => `${name}=${valueText(value)}`,
    )
    const seconds = `${(record.nowNs / NS_PER_S).toFixed(6)}s`
    return [record.sequence, seconds, record.kind, ...words].join(' ')
  }

  /** The record as one object with words for keys; times of day as ISO 8601 UTC. */
  json(record: JournalRecord): PrintedRecord {
    const { sequence, kind, nowNs } = record
    return { sequence, kind, now_ns: nowNs, ...this.#fields(record) }
  }

  #fields(record: JournalRecord): PrintedRecord {
    this.#learn(record)
    const scales = this.#scales.get(this.#instrumentOf(record))
    const printed: Record<string, PrintedValue> = {}
    if ('clientIdHi' in record) printed.order = orderText(record)
    for (const [field, value] of Object.entries(record)) {
      if (HEADER_FIELDS.has(field)) continue
      printed[printedName(field, scales)] = this.#translated(field, value, scales)
    }
    return printed
  }

  #learn(record: JournalRecord): void {
    if (record.kind === 'instrument') this.#learnInstrument(record.index, record.facts)
    if (record.kind === 'account') this.#accounts.set(record.index, record.name)
    if (record.kind === 'task_created') this.#tasks.set(record.task, record.id)
    if (record.kind === 'order_created') {
      this.#instrumentOfOrder.set(orderText(record), record.instrument)
    }
  }

  #learnInstrument(index: number, json: string): void {
    const facts = parsed(json)
    if (typeof facts !== 'object' || facts === null) return
    if ('symbol' in facts) this.#symbols.set(index, String(facts.symbol))
    if (!('priceScale' in facts) || !('qtyScale' in facts)) return
    const { priceScale, qtyScale } = facts
    if (!Number.isInteger(priceScale) || !Number.isInteger(qtyScale)) return
    this.#scales.set(index, { priceScale: Number(priceScale), qtyScale: Number(qtyScale) })
  }

  #instrumentOf(record: JournalRecord): number {
    if ('instrument' in record) return record.instrument
    if (record.kind !== 'order_event') return -1
    return this.#instrumentOfOrder.get(orderText(record)) ?? -1
  }

  #translated(field: string, value: string | number | boolean, scales?: Scales): PrintedValue {
    if (typeof value === 'boolean') return value
    if (typeof value === 'string') return JSON_FIELDS.includes(field) ? parsed(value) : value
    if (field.endsWith('Units')) return decimalText(field, value, scales)
    if (field.endsWith('Us')) return timeText(value)
    if (field === 'instrument') return this.#symbols.get(value) ?? value
    if (field === 'account') return this.#accounts.get(value) ?? value
    if (field === 'task') return this.#tasks.get(value) ?? value
    return NAMES[field]?.[value] ?? value
  }
}

/** Printed otherwise: sequence, kind and time lead the line; the id's halves become one text. */
const HEADER_FIELDS = new Set(['sequence', 'kind', 'nowNs', 'clientIdHi', 'clientIdLo'])

/** `priceUnits` → `price` where it is a decimal, else `price_units`; `wallUs` → `wall`. */
function printedName(field: string, scales: Scales | undefined): string {
  const withoutUnit = scales === undefined ? field : field.replace(/Units$/, '')
  return snakeCase(withoutUnit.replace(/Us$/, ''))
}

function decimalText(field: string, units: number, scales: Scales | undefined): string | number {
  if (scales === undefined || !Number.isSafeInteger(units)) return units
  return textFromUnits(units, field === 'priceUnits' ? scales.priceScale : scales.qtyScale)
}

function orderText(record: { readonly clientIdHi: number; readonly clientIdLo: number }): string {
  return clientIdText(record.clientIdHi, record.clientIdLo)
}

function timeText(us: number): string | number {
  const isPrintable = us > 0 && us <= LATEST_PRINTED_US
  return isPrintable ? new Date(us / US_PER_MS).toISOString() : us
}

/** The journal's JSON texts are ours; one that is not JSON is shown as it stands. */
function parsed(json: string): PrintedValue {
  try {
    const value: PrintedValue = JSON.parse(json)
    return value
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return json
    throw thrown
  }
}

function valueText(value: PrintedValue): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return value === '' || /[\s"=]/.test(value) ? JSON.stringify(value) : value
}

function snakeCase(camelCase: string): string {
  return camelCase.replace(/(?<!^)[A-Z]/g, '_$&').toLowerCase()
}
