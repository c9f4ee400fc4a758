// The venue process's admin interface: what the venue believes, and the switches of its fronts.
//
//   GET  /ledger         {"binance_spot": …}: every order, fill and balance
//   GET  /health         {"pid", "fingerprint", "connections", "marketOver"}
//   POST /command        {"name": "halt", "symbol": "BTCUSDT", "halted": true, "venue"?: …}
//   POST /engine-ended   the engine ended cleanly: a detached venue may go
//   POST /stop           end now
//
// It listens on loopback only and carries no key. Commands are those of FrontCommand.
import { EngineError } from '#core/engine-error.ts'
import { FAULT_PROFILE_NAMES, type FaultProfile } from './fault-plan.ts'
import type { Front, FrontCommand, HttpAnswer, HttpCall } from './front.ts'

export interface AdminSubject {
  readonly fronts: ReadonlyMap<string, Front>
  ledger(): unknown
  health(): unknown
  engineEnded(): void
  stop(): void
  nowUs(): number
}

type Fields = Readonly<Record<string, unknown>>

export function answerAdmin(subject: AdminSubject, call: HttpCall): HttpAnswer {
  switch (`${call.method} ${call.target}`) {
    case 'GET /ledger':
      return json(200, subject.ledger())
    case 'GET /health':
      return json(200, subject.health())
    case 'POST /command':
      return answerCommand(subject, call.body)
    case 'POST /engine-ended':
      subject.engineEnded()
      return json(200, {})
    case 'POST /stop':
      subject.stop()
      return json(200, {})
    default:
      return json(404, { error: `no ${call.method} ${call.target} here` })
  }
}

function answerCommand(subject: AdminSubject, body: string): HttpAnswer {
  try {
    const fields = parseFields(body)
    const command = readCommand(fields)
    for (const front of chosenFronts(subject, fields)) front.command(command, subject.nowUs())
    return json(200, {})
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw thrown
    return json(400, { error: thrown.message })
  }
}

function chosenFronts(subject: AdminSubject, fields: Fields): Iterable<Front> {
  const name = fields['venue']
  if (name === undefined) return subject.fronts.values()
  const front = typeof name === 'string' ? subject.fronts.get(name) : undefined
  if (front === undefined) throw refused(`there is no venue ${JSON.stringify(name)}`)
  return [front]
}

/** @throws EngineError `bad_command`. */
export function readCommand(fields: Fields): FrontCommand {
  const name = fields['name']
  switch (name) {
    case 'clock_offset':
    case 'latency':
      return { name, ms: numberOf(fields, 'ms') }
    case 'halt':
      return { name, symbol: textOf(fields, 'symbol'), halted: booleanOf(fields, 'halted') }
    case 'disconnect':
    case 'shutdown_notice':
      return { name }
    case 'silence':
      return { name, silent: booleanOf(fields, 'silent') }
    case 'maintenance':
      return { name, on: booleanOf(fields, 'on') }
    case 'ban':
      return { name, status: banOf(fields), ms: numberOf(fields, 'ms') }
    case 'faults':
      return { name, profile: profileOf(fields), seed: numberOf(fields, 'seed') }
    default:
      throw refused(`there is no command ${JSON.stringify(name)}`)
  }
}

function parseFields(body: string): Fields {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    throw refused('the body is not JSON')
  }
  if (typeof parsed !== 'object' || parsed === null) throw refused('the body is not an object')
  return { ...parsed }
}

function numberOf(fields: Fields, key: string): number {
  const value = fields[key]
  if (typeof value !== 'number' || !Number.isFinite(value)) throw refused(`${key} is no number`)
  return value
}

function textOf(fields: Fields, key: string): string {
  const value = fields[key]
  if (typeof value !== 'string') throw refused(`${key} is no text`)
  return value
}

function booleanOf(fields: Fields, key: string): boolean {
  const value = fields[key]
  if (typeof value !== 'boolean') throw refused(`${key} is neither true nor false`)
  return value
}

function profileOf(fields: Fields): FaultProfile {
  const profile = fields['profile']
  const known = FAULT_PROFILE_NAMES.find((name) => name === profile)
  if (known !== undefined) return known
  throw refused(`profile is none of ${FAULT_PROFILE_NAMES.join(', ')}`)
}

function banOf(fields: Fields): 418 | 429 {
  const status = fields['status']
  if (status === 418 || status === 429) return status
  throw refused('status is neither 418 nor 429')
}

const refused = (text: string): EngineError => new EngineError('bad_command', text)

function json(status: number, value: unknown): HttpAnswer {
  const headers = [['Content-Type', 'application/json']] as const
  return { status, headers, body: JSON.stringify(value) }
}
