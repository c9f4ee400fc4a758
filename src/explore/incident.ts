// What happens to a whole venue, its network or the engine's machine for a while, as the fault
// plan's kinds happen to single messages: drawn from the seed, begun and ended by the world.
import { NS_PER_MS, type MonoNs } from '#core/units.ts'
import type { Prng } from '#core/prng.ts'

export const INCIDENT_KINDS = [
  /** The venue drops every connection. */
  'disconnect',
  /** Every connection stands and carries nothing any more. */
  'half_open',
  /** Dials are refused as well. */
  'venue_down',
  /** The venue's process dies, and comes back from its ledger. */
  'venue_restart',
  /** Market streams say nothing. */
  'silence',
  /** REST answers 503. */
  'maintenance',
  /** The symbol stops trading. */
  'halt',
  /** Every request takes longer. */
  'slow_venue',
  /** Every request is refused with 429. */
  'rate_limited',
  /** The same with 418, for those who went on. */
  'banned',
  /** The venue's clock is off. */
  'venue_ahead',
  'venue_behind',
  /** Somebody sets the engine's wall clock forward, and back again. */
  'wall_ahead',
  'wall_behind',
  /** The venue announces that it goes down, takes nobody new, and drops everybody. */
  'shutdown_notice',
  /** The engine's disk is full. */
  'disk_full',
  /** The engine's disk does not come back from a write. */
  'disk_stuck',
] as const
export type IncidentKind = (typeof INCIDENT_KINDS)[number]

export interface Incident {
  readonly kind: IncidentKind
  readonly beginNs: number
  readonly endNs: number
}

const INCIDENTS_MAX = 4
const BEGIN_MS = { least: 100, most: 15_000 }
const LASTS_MS = { least: 50, most: 6_000 }

/** In the order of their beginnings. */
export function drawIncidents(prng: Prng): Incident[] {
  const count = prng.nextInteger(0, INCIDENTS_MAX)
  const incidents = Array.from({ length: count }, () => {
    const kind = INCIDENT_KINDS[prng.nextInteger(0, INCIDENT_KINDS.length - 1)]!
    const beginNs = prng.nextInteger(BEGIN_MS.least, BEGIN_MS.most) * NS_PER_MS
    const lastsNs = prng.nextInteger(LASTS_MS.least, LASTS_MS.most) * NS_PER_MS
    return { kind, beginNs, endNs: beginNs + lastsNs }
  })
  return incidents.toSorted((a, b) => a.beginNs - b.beginNs)
}

interface Entry {
  readonly atNs: number
  readonly isBegin: boolean
  readonly incident: Incident
}

/** Begins and ends what was drawn, each at its time. */
export class IncidentCalendar {
  readonly #entries: readonly Entry[]
  readonly #happen: (incident: Incident, isOn: boolean) => void
  #done = 0

  constructor(incidents: readonly Incident[], happen: (incident: Incident, isOn: boolean) => void) {
    this.#happen = happen
    this.#entries = incidents
      .flatMap((incident) => [
        { atNs: incident.beginNs, isBegin: true, incident },
        { atNs: incident.endNs, isBegin: false, incident },
      ])
      .toSorted((a, b) => a.atNs - b.atNs)
  }

  /** When the next one is due, ns; Infinity when there is none. */
  get nextNs(): number {
    return this.#entries[this.#done]?.atNs ?? Infinity
  }

  advance(nowNs: MonoNs): void {
    while (this.nextNs <= nowNs) {
      const { incident, isBegin } = this.#entries[this.#done++]!
      this.#happen(incident, isBegin)
    }
  }

  /** What has begun ends now, and nothing begins any more. */
  endAll(nowNs: MonoNs): void {
    for (; this.#done < this.#entries.length; this.#done++) {
      const { incident, isBegin } = this.#entries[this.#done]!
      if (!isBegin && incident.beginNs <= nowNs) this.#happen(incident, false)
    }
  }
}
