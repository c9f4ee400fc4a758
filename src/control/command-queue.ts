// Commands on their way from the control worker to a turn of the engine, and the answers on their
// way back: two rings in shared memory, so that neither side ever waits for the other.
//
//   a command   ├─ requestId u32 ─┼─ kind u32 ─┼─ taskId bytes u32 ─┼─ taskId ─┼─ argument JSON ─┤
//               (for the engine as a whole the taskId is '')
//   an answer   ├─ requestId u32 ─┼─ ok u32 ───┼─ code bytes u32 ───┼─ code ───┼─ message ───────┤
//
// Nothing is lost silently: a full ring is an outcome that the client is told.
import { assert } from '#core/assert.ts'
import { COMMANDS_MAX } from '#core/limits.ts'
import { Outcome } from '#core/outcome.ts'
import { RingConsumer, RingProducer, SharedRing } from '#core/shared-ring.ts'
import type { TaskCommand } from '#task/task.ts'
import { ENGINE_COMMAND_KINDS, type EngineCommandKind } from './engine-command.ts'

export const TASK_COMMAND_KINDS: readonly TaskCommand[] = [
  'start',
  'pause',
  'resume',
  'cancel',
  'recover',
  'update',
]

/** By number: the order is the wire between the two threads. */
export const COMMAND_KINDS: readonly CommandKind[] = [
  ...TASK_COMMAND_KINDS,
  ...ENGINE_COMMAND_KINDS,
]
export type CommandKind = TaskCommand | EngineCommandKind

/** Largest argument of a command, bytes of JSON. */
export const ARGUMENT_BYTES_MAX = 16_384
const HEADER_BYTES = 12
const RING_BYTES = 1 << 20
/** Lists are JSON, cut to a number of rows by who makes them. */
const MESSAGE_LENGTH_MAX = 65_536

assert(RING_BYTES >= COMMANDS_MAX * 256, 'a ring holds the queue of ordinary commands')

export interface Command {
  readonly kind: CommandKind
  /** '' for the engine as a whole. */
  readonly taskId: string
  /** JSON text, '' where the command has none. */
  readonly argument: string
  /** Names the command in its reply. */
  readonly requestId: number
}

export interface Reply {
  readonly requestId: number
  readonly ok: boolean
  /** An EngineError's code, '' when ok. */
  readonly code: string
  /** Of a refusal; of a command that asks, its answer as JSON. */
  readonly message: string
}

/** What the two threads share. */
export interface CommandRings {
  readonly commands: SharedArrayBuffer
  readonly replies: SharedArrayBuffer
}

export function allocateCommandRings(): CommandRings {
  return {
    commands: SharedRing.allocate(RING_BYTES).buffer,
    replies: SharedRing.allocate(RING_BYTES).buffer,
  }
}

/** The engine's end: take in a turn, reply in the same or a later one. */
export class CommandQueue {
  readonly #commands: RingConsumer
  readonly #replies: RingProducer

  constructor(rings: CommandRings) {
    this.#commands = new RingConsumer(new SharedRing(rings.commands))
    this.#replies = new RingProducer(new SharedRing(rings.replies))
  }

  /** The oldest command, or null; an empty queue costs one atomic read. */
  take(): Command | null {
    const record = takeRecord(this.#commands)
    if (record === null) return null
    const kind = COMMAND_KINDS[record.number]
    assert(kind !== undefined, 'the control worker sends only known commands')
    return { kind, taskId: record.first, argument: record.second, requestId: record.requestId }
  }

  /** Full when nobody reads the answers: the command was carried out all the same. */
  reply(requestId: number, ok: boolean, code: string, message: string): Outcome {
    return putRecord(this.#replies, {
      requestId,
      number: ok ? 1 : 0,
      first: code,
      second: message.slice(0, MESSAGE_LENGTH_MAX),
    })
  }
}

/** The control worker's end. */
export class CommandClient {
  readonly #commands: RingProducer
  readonly #replies: RingConsumer

  constructor(rings: CommandRings) {
    this.#commands = new RingProducer(new SharedRing(rings.commands))
    this.#replies = new RingConsumer(new SharedRing(rings.replies))
  }

  /** Full when the engine has not taken earlier commands: nothing was queued. */
  send(command: Command): Outcome {
    return putRecord(this.#commands, {
      requestId: command.requestId,
      number: COMMAND_KINDS.indexOf(command.kind),
      first: command.taskId,
      second: command.argument,
    })
  }

  takeReply(): Reply | null {
    const record = takeRecord(this.#replies)
    if (record === null) return null
    const { requestId, number, first, second } = record
    return { requestId, ok: number === 1, code: first, message: second }
  }
}

interface RecordFields {
  readonly requestId: number
  readonly number: number
  readonly first: string
  readonly second: string
}

function putRecord(producer: RingProducer, fields: RecordFields): Outcome {
  const first = Buffer.from(fields.first)
  const second = Buffer.from(fields.second)
  const bodyBytes = HEADER_BYTES + first.length + second.length
  if (bodyBytes > producer.ring.bodyBytesMax) return Outcome.TooLarge
  const offset = producer.begin(bodyBytes)
  if (offset < 0) return Outcome.Full
  const { bytes, view } = producer.ring
  view.setUint32(offset, fields.requestId, true)
  view.setUint32(offset + 4, fields.number, true)
  view.setUint32(offset + 8, first.length, true)
  bytes.set(first, offset + HEADER_BYTES)
  bytes.set(second, offset + HEADER_BYTES + first.length)
  producer.commit(bodyBytes)
  return Outcome.Ok
}

function takeRecord(consumer: RingConsumer): RecordFields | null {
  const offset = consumer.next()
  if (offset < 0) return null
  const { bytes, view } = consumer.ring
  const requestId = view.getUint32(offset, true)
  const number = view.getUint32(offset + 4, true)
  const firstStart = offset + HEADER_BYTES
  const firstEnd = firstStart + view.getUint32(offset + 8, true)
  const fields = {
    requestId,
    number,
    first: Buffer.from(bytes.slice(firstStart, firstEnd)).toString(),
    second: Buffer.from(bytes.slice(firstEnd, offset + consumer.bodyBytes)).toString(),
  }
  consumer.release()
  return fields
}
