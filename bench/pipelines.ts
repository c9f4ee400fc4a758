// The sides of every comparison over sockets: the engine, its peer, and the reference in C where
// there is a compiler. They are started and stopped together and trade on the same venue.
import { CPipeline } from './c-pipeline.ts'
import type { CProgram } from './c-compiler.ts'
import { FloePipeline } from './floe-pipeline.ts'
import { SYMBOLS, type LoadReady, type LoadSide } from './load-messages.ts'
import { PlainPipeline } from './plain-pipeline.ts'
import { ReactionTimes } from './reaction-times.ts'

/** Who is measured: each side, and the engine a second time as it spins with `busy_poll`. */
export type Runner = LoadSide | 'spinning'

/** The source of the reference, in c/. */
export const REFERENCE_SOURCE = 'tick-to-order.c'

/** Who floe is compared with. */
export const RIVALS = [
  { side: 'peer', relation: 'peer', against: 'ws + JSON.parse + createHmac' },
  { side: 'c', relation: 'reference', against: 'plain C, epoll, session logged on' },
] as const
export type Rival = (typeof RIVALS)[number]

export class Pipelines {
  readonly sides: readonly LoadSide[]
  /** Nothing is counted before setCounting(). */
  readonly times: Readonly<Record<Runner, ReactionTimes>> = {
    floe: new ReactionTimes(),
    spinning: new ReactionTimes(),
    peer: new ReactionTimes(),
    c: new ReactionTimes(),
  }
  /** Of the engine, until its slice is over. */
  readonly #floeTimes = new ReactionTimes()
  readonly #floe: FloePipeline
  readonly #peer: PlainPipeline
  readonly #c: CPipeline | null

  /** `program`: the compiled reference, null without a compiler. */
  constructor({ port, credentials }: LoadReady, program: CProgram | null, offsetTicks: number) {
    const { peer } = this.times
    const shared = { port, offsetTicks }
    this.#floe = new FloePipeline({
      ...shared,
      credentials: credentials.floe,
      times: this.#floeTimes,
    })
    this.#peer = new PlainPipeline({
      ...shared,
      credentials: credentials.peer,
      symbol: SYMBOLS.peer,
      times: peer,
    })
    this.#c =
      program === null
        ? null
        : new CPipeline({ ...shared, program, credentials: credentials.c, symbol: SYMBOLS.c })
    this.sides = this.#c === null ? ['floe', 'peer'] : ['floe', 'peer', 'c']
    for (const runner of this.runners) this.setCounting(runner, false)
  }

  get runners(): readonly Runner[] {
    return ['spinning', ...this.sides]
  }

  async start(): Promise<void> {
    await this.#floe.start()
    await this.#peer.start()
    await this.#c?.start()
  }

  async stop(): Promise<void> {
    this.#c?.stop()
    this.#peer.stop()
    await this.#floe.stop()
  }

  throwIfCrashed(): void {
    this.#floe.throwIfCrashed()
  }

  /** The engine spins or keeps warm only in its turn: nobody else shall have a core less for it. */
  setCounting(runner: Runner, isCounting: boolean): void {
    if (runner === 'c') return this.#c?.setCounting(isCounting)
    if (runner === 'peer') {
      this.times.peer.isCounting = isCounting
      return
    }
    const isBusyPolling = runner === 'spinning' && isCounting
    this.#floe.idle({ isBusyPolling, isKeepingWarm: isCounting })
    this.#floeTimes.isCounting = isCounting
    if (!isCounting) this.times[runner].takeFrom(this.#floeTimes)
  }

  /** Forgets what was counted so far. */
  clear(): void {
    for (const runner of this.runners) this.times[runner].clear()
  }

  /** Fetches what the reference counted. */
  async collect(): Promise<void> {
    await this.#c?.collect(this.times.c)
  }
}
