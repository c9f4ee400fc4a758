// Market streams by name: who listens to what, and how an event reaches them.
//
// A name the venue does not know is acknowledged like any other and stays silent, as the real one
// does. Each event is written at most once per time unit and wrapping, however many listen.
import type { FrontConnection } from '#sim/front.ts'
import type { MessageFaults } from './message-faults.ts'
import type { Stamp } from './wire-text.ts'

/** A market-data connection. */
export interface StreamListener {
  readonly connection: FrontConnection
  readonly stamp: Stamp
  readonly names: Set<string>
  /** Wraps events as `{"stream":…,"data":…}`. */
  isCombined: boolean
}

export class StreamTopics {
  readonly #listeners = new Map<string, StreamListener[]>()
  readonly #faults: MessageFaults
  #isSilent = false

  constructor(faults: MessageFaults) {
    this.#faults = faults
  }

  /** Acknowledges subscriptions and delivers nothing: a socket that went quiet. */
  setSilent(isSilent: boolean): void {
    this.#isSilent = isSilent
  }

  hasListeners(name: string): boolean {
    return !this.#isSilent && this.#listeners.has(name)
  }

  subscribe(listener: StreamListener, name: string): void {
    if (listener.names.has(name)) return
    listener.names.add(name)
    const known = this.#listeners.get(name)
    if (known === undefined) this.#listeners.set(name, [listener])
    else known.push(listener)
  }

  unsubscribe(listener: StreamListener, name: string): void {
    if (!listener.names.delete(name)) return
    const rest = (this.#listeners.get(name) ?? []).filter((one) => one !== listener)
    if (rest.length === 0) this.#listeners.delete(name)
    else this.#listeners.set(name, rest)
  }

  drop(listener: StreamListener): void {
    for (const name of listener.names) this.unsubscribe(listener, name)
  }

  /** `write` is called once for each time unit somebody listens in. */
  publish(name: string, write: (stamp: Stamp) => string): void {
    if (this.#isSilent) return
    const listeners = this.#listeners.get(name)
    if (listeners === undefined) return
    const texts = new Map<Stamp, string>()
    for (const listener of listeners) {
      let text = texts.get(listener.stamp)
      if (text === undefined) {
        text = write(listener.stamp)
        texts.set(listener.stamp, text)
      }
      const message = listener.isCombined ? wrap(name, text) : text
      const way = {
        deliver: () => listener.connection.send(message),
        cut: () => listener.connection.cut(),
      }
      this.#faults.pass('public_event', way, name.includes('@depth') ? 'depth' : 'public_event')
    }
  }
}

const wrap = (name: string, text: string): string => `{"stream":"${name}","data":${text}}`
