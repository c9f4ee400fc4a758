// Stamps what passes between a front and its sockets: a ticker behind the call that hands it to the
// kernel, a request as soon as its bytes are in the venue's read callback, before anything is done
// about it. What a request says is looked at later.
import type { Front, FrontConnection, HttpAnswer } from '#sim/front.ts'
import type { ArrivedRequest } from './tick-matching.ts'

export class RecordingFront implements Front {
  readonly name: string
  /** Emptied by whoever reads them. */
  readonly requests: ArrivedRequest[] = []
  readonly #front: Front
  readonly #onSent: (text: string) => void
  readonly #onSending: (text: string) => void
  readonly #connections = new Map<number, FrontConnection>()

  /** `onSent` hears of every message as soon as it was sent, `onSending` before it is. */
  constructor(
    front: Front,
    onSent: (text: string) => void,
    onSending: (text: string) => void = () => {},
  ) {
    this.name = front.name
    this.#front = front
    this.#onSent = onSent
    this.#onSending = onSending
  }

  http(...args: Parameters<Front['http']>): void {
    this.#front.http(...args)
  }

  open(connection: FrontConnection, ...rest: OpenRest): HttpAnswer | undefined {
    const recorded = new RecordedConnection(connection, this.#onSent, this.#onSending)
    this.#connections.set(connection.id, recorded)
    return this.#front.open(recorded, ...rest)
  }

  message(connection: FrontConnection, text: string, nowUs: number): void {
    this.requests.push({ text, atUs: nowUs })
    this.#front.message(this.#recorded(connection), text, nowUs)
  }

  closed(connection: FrontConnection, nowUs: number): void {
    this.#front.closed(this.#recorded(connection), nowUs)
    this.#connections.delete(connection.id)
  }

  advance(nowUs: number): void {
    this.#front.advance(nowUs)
  }

  nextEventUs(): number {
    return this.#front.nextEventUs()
  }

  command(...args: Parameters<Front['command']>): void {
    this.#front.command(...args)
  }

  /** The front knows a connection as it was opened. */
  #recorded(connection: FrontConnection): FrontConnection {
    return this.#connections.get(connection.id) ?? connection
  }
}

type OpenRest = Parameters<Front['open']> extends [unknown, ...infer Rest] ? Rest : never

class RecordedConnection implements FrontConnection {
  readonly id: number
  readonly #connection: FrontConnection
  readonly #onSent: (text: string) => void
  readonly #onSending: (text: string) => void

  constructor(
    connection: FrontConnection,
    onSent: (text: string) => void,
    onSending: (text: string) => void,
  ) {
    this.id = connection.id
    this.#connection = connection
    this.#onSent = onSent
    this.#onSending = onSending
  }

  send(text: string): void {
    this.#onSending(text)
    this.#connection.send(text)
    this.#onSent(text)
  }

  ping(): void {
    this.#connection.ping()
  }

  close(code: number, reason: string): void {
    this.#connection.close(code, reason)
  }

  cut(): void {
    this.#connection.cut()
  }
}
