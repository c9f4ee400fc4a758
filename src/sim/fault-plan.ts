// What goes wrong at the venue, drawn from a seed: a plan a front consults, never an actor.
//
//   new FaultPlan(profile: FaultProfile, seed: number)
//   decide(kind: FaultKind, nowUs: number): Fault
//
// A fault says what to do with one message; the truth in the matching engine stays untouched, so
// that "lost" and "5xx" mean what they mean at a real venue: the outcome is unknown to the client,
// not to the venue. Each kind draws from a generator of its own: how often streams speak does not
// shift what happens to requests. After a disconnect nothing disconnects for a while, or a client
// that resyncs for a second would never get anywhere.
import { Prng } from '#core/prng.ts'
import { US_PER_MS, US_PER_S } from '#core/units.ts'

/** A request arriving, its answer leaving, an event of a private or public stream leaving. */
export type FaultKind = 'request' | 'answer' | 'private_event' | 'public_event'

export type Fault =
  | { readonly kind: 'none' }
  /** Arrives this much later; later messages may overtake it. */
  | { readonly kind: 'delay'; readonly delayUs: number }
  /** Never arrives. */
  | { readonly kind: 'drop' }
  /** Arrives twice. */
  | { readonly kind: 'duplicate' }
  /** Carried out, and answered with a 5xx that says the outcome is unknown. */
  | { readonly kind: 'error_5xx_but_accepted' }
  /** The connection it belongs to is cut instead. */
  | { readonly kind: 'disconnect' }

export type FaultProfile = 'none' | 'some' | 'many'

/** Probabilities of one message; what is absent never happens. */
interface FaultOdds {
  readonly delay?: number
  readonly drop?: number
  readonly duplicate?: number
  readonly error_5xx_but_accepted?: number
  readonly disconnect?: number
}

/**
 * The profiles as a table. `some` is a bad day: about one request in twelve is touched, a private
 * stream says something twice every hundred events and loses nothing without a disconnect (a venue
 * resends nothing), a public stream now and then skips an event, which a book sees as a gap. `many`
 * is the worst hour of such a day: every third request is touched.
 */
export const FAULT_PROFILES: Readonly<
  Record<FaultProfile, Readonly<Record<FaultKind, FaultOdds>>>
> = {
  none: { request: {}, answer: {}, private_event: {}, public_event: {} },
  some: {
    request: { delay: 0.02, drop: 0.005 },
    answer: {
      delay: 0.03,
      drop: 0.01,
      error_5xx_but_accepted: 0.01,
      disconnect: 0.002,
    },
    private_event: { delay: 0.02, duplicate: 0.01, disconnect: 0.001 },
    public_event: { drop: 0.0005, disconnect: 0.0001 },
  },
  many: {
    request: { delay: 0.1, drop: 0.04 },
    answer: {
      delay: 0.1,
      drop: 0.05,
      error_5xx_but_accepted: 0.05,
      disconnect: 0.01,
    },
    private_event: { delay: 0.1, duplicate: 0.05, disconnect: 0.005 },
    public_event: { drop: 0.003, disconnect: 0.0005 },
  },
}

export const FAULT_DELAY_US = { least: 5 * US_PER_MS, most: 400 * US_PER_MS }
/** Nothing disconnects this soon after a disconnect. */
export const DISCONNECT_PAUSE_US = 5 * US_PER_S

const NONE: Fault = { kind: 'none' }
const PLAIN_FAULTS = ['drop', 'duplicate', 'error_5xx_but_accepted', 'disconnect'] as const
const KINDS: readonly FaultKind[] = ['request', 'answer', 'private_event', 'public_event']

export class FaultPlan {
  readonly profile: FaultProfile
  readonly #odds: Readonly<Record<FaultKind, FaultOdds>>
  readonly #prngs: ReadonlyMap<FaultKind, Prng>
  #calmUntilUs = -Infinity

  constructor(profile: FaultProfile, seed: number) {
    const root = new Prng(seed)
    this.profile = profile
    this.#odds = FAULT_PROFILES[profile]
    this.#prngs = new Map(KINDS.map((kind) => [kind, root.fork()]))
  }

  decide(kind: FaultKind, nowUs: number): Fault {
    const prng = this.#prngs.get(kind)
    if (prng === undefined || this.profile === 'none') return NONE
    // Both draws are made for every message, so that one fault never shifts the next.
    const draw = prng.nextFraction()
    const delayUs = prng.nextInteger(FAULT_DELAY_US.least, FAULT_DELAY_US.most)
    const fault = pick(this.#odds[kind], draw, delayUs)
    if (fault.kind !== 'disconnect') return fault
    if (nowUs < this.#calmUntilUs) return NONE
    this.#calmUntilUs = nowUs + DISCONNECT_PAUSE_US
    return fault
  }
}

/** Lays the probabilities end to end and finds where the draw falls. */
function pick(odds: FaultOdds, draw: number, delayUs: number): Fault {
  let upTo = odds.delay ?? 0
  if (draw < upTo) return { kind: 'delay', delayUs }
  for (const kind of PLAIN_FAULTS) {
    upTo += odds[kind] ?? 0
    if (draw < upTo) return { kind }
  }
  return NONE
}
