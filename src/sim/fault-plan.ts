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

/**
 * A request arriving, its answer leaving, an event of a private or public stream leaving, a listing
 * of an account being read, a depth snapshot being read.
 */
export type FaultKind =
  | 'request'
  | 'answer'
  | 'private_event'
  | 'public_event'
  | 'listing'
  | 'snapshot'

export type Fault =
  | { readonly kind: 'none' }
  /** Arrives this much later; later messages may overtake it. */
  | { readonly kind: 'delay'; readonly delayUs: number }
  /** Never arrives. */
  | { readonly kind: 'drop' }
  /** Arrives twice. */
  | { readonly kind: 'duplicate' }
  /** Arrives right behind the next of its kind. */
  | { readonly kind: 'reorder' }
  /** Carried out, and answered with a 5xx that says the outcome is unknown. */
  | { readonly kind: 'error_5xx_but_accepted' }
  /** Carried out, and answered with a refusal that says it was not: a venue that lies. */
  | { readonly kind: 'false_refusal' }
  /** The connection it belongs to is cut instead. */
  | { readonly kind: 'disconnect' }
  /** Open orders: some rows are missing, and nothing says so. */
  | { readonly kind: 'partial'; readonly seed: number }
  /** Open orders: every row is missing. */
  | { readonly kind: 'empty' }
  /** What is read lags what was matched by this much. */
  | { readonly kind: 'behind'; readonly behindUs: number }
  /** An older snapshot than the last one. */
  | { readonly kind: 'stale' }

export const FAULT_PROFILE_NAMES = ['none', 'some', 'many', 'lying'] as const
export type FaultProfile = (typeof FAULT_PROFILE_NAMES)[number]

/** Probabilities of one message; what is absent never happens. */
type FaultOdds = Readonly<Partial<Record<Exclude<Fault['kind'], 'none'>, number>>>

/**
 * The profiles as a table. `some` is a bad day: about one request in twelve is touched, a private
 * stream says something twice every hundred events and loses nothing without a disconnect (a venue
 * resends nothing), a public stream now and then skips an event, which a book sees as a gap. `many`
 * is the worst hour of such a day: every third request is touched. `lying` is no day of a sound
 * venue: it refuses what it has carried out, so that limits may break; what was traded must still
 * come out right.
 *
 * The venue's documents name databases as the source of listings, so that they may lag what was
 * matched; that rows are missing from the open orders is no document's word, and has been seen.
 */
export const FAULT_PROFILES: Readonly<
  Record<FaultProfile, Readonly<Record<FaultKind, FaultOdds>>>
> = {
  none: {
    request: {},
    answer: {},
    private_event: {},
    public_event: {},
    listing: {},
    snapshot: {},
  },
  some: {
    request: { delay: 0.02, drop: 0.005 },
    answer: {
      delay: 0.03,
      drop: 0.01,
      duplicate: 0.005,
      reorder: 0.01,
      error_5xx_but_accepted: 0.01,
      disconnect: 0.002,
    },
    private_event: { delay: 0.02, reorder: 0.01, duplicate: 0.01, disconnect: 0.001 },
    public_event: { drop: 0.0005, disconnect: 0.0001 },
    listing: { partial: 0.05, empty: 0.01, behind: 0.03 },
    snapshot: { stale: 0.05 },
  },
  many: {
    request: { delay: 0.1, drop: 0.04 },
    answer: {
      delay: 0.1,
      drop: 0.05,
      duplicate: 0.03,
      reorder: 0.05,
      error_5xx_but_accepted: 0.05,
      disconnect: 0.01,
    },
    private_event: { delay: 0.1, reorder: 0.07, duplicate: 0.05, disconnect: 0.005 },
    public_event: { drop: 0.006, disconnect: 0.0005 },
    listing: { partial: 0.3, empty: 0.1, behind: 0.2 },
    snapshot: { stale: 0.25 },
  },
  lying: {
    request: { delay: 0.02 },
    answer: { delay: 0.05, false_refusal: 0.1 },
    private_event: { delay: 0.2, reorder: 0.1, duplicate: 0.05 },
    public_event: {},
    listing: {},
    snapshot: {},
  },
}

export const FAULT_DELAY_US = { least: 5 * US_PER_MS, most: 400 * US_PER_MS }
/** Less than what recovery allows for reads that lag the matching engine. */
export const FAULT_BEHIND_US = { least: 50 * US_PER_MS, most: 800 * US_PER_MS }
/** Nothing disconnects this soon after a disconnect. */
export const DISCONNECT_PAUSE_US = 5 * US_PER_S

const NONE: Fault = { kind: 'none' }
/** Laid end to end in this order. */
const FAULTS = [
  'delay',
  'drop',
  'duplicate',
  'reorder',
  'error_5xx_but_accepted',
  'disconnect',
  'false_refusal',
  'partial',
  'empty',
  'behind',
  'stale',
] as const
const KINDS: readonly FaultKind[] = [
  'request',
  'answer',
  'private_event',
  'public_event',
  'listing',
  'snapshot',
]

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
    const detail = prng.nextUint32()
    const fault = pick(this.#odds[kind], draw, detail)
    if (fault.kind !== 'disconnect') return fault
    if (nowUs < this.#calmUntilUs) return NONE
    this.#calmUntilUs = nowUs + DISCONNECT_PAUSE_US
    return fault
  }
}

/** Lays the probabilities end to end and finds where the draw falls. */
function pick(odds: FaultOdds, draw: number, detail: number): Fault {
  let upTo = 0
  for (const kind of FAULTS) {
    upTo += odds[kind] ?? 0
    if (draw < upTo) return faultOf(kind, detail)
  }
  return NONE
}

function faultOf(kind: (typeof FAULTS)[number], detail: number): Fault {
  if (kind === 'delay') return { kind, delayUs: within(FAULT_DELAY_US, detail) }
  if (kind === 'behind') return { kind, behindUs: within(FAULT_BEHIND_US, detail) }
  return kind === 'partial' ? { kind, seed: detail } : { kind }
}

/** `draw` is 32 random bits. */
function within(range: { readonly least: number; readonly most: number }, draw: number): number {
  const count = range.most - range.least + 1
  return range.least + Math.floor((draw / 2 ** 32) * count)
}
