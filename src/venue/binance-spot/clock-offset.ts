// The venue's clock as our monotonic clock plus an offset (HP-C8), so that a stepped system clock
// never touches a signature. One round takes a few samples and believes the fastest: the true
// offset lies within half its round trip.
import { NS_PER_US, US_PER_MS, type MonoNs } from '#core/units.ts'

const SAMPLES_PER_ROUND = 5

export class ClockOffset {
  /** Venue wall time minus nowNs / 1000, µs; NaN before the first round ended. */
  offsetUs = Number.NaN
  /** Round trip of the sample that the offset comes from: twice its largest error. */
  roundTripNs = Number.POSITIVE_INFINITY
  #samplesLeft = 0
  #bestOffsetUs = 0
  #bestRoundTripNs = Number.POSITIVE_INFINITY

  get isKnown(): boolean {
    return !Number.isNaN(this.offsetUs)
  }

  beginRound(): void {
    this.#samplesLeft = SAMPLES_PER_ROUND
    this.#bestRoundTripNs = Number.POSITIVE_INFINITY
  }

  /** One answer of the venue's clock. True when the round is complete and offsetUs is new. */
  sample(sentNs: MonoNs, receivedNs: MonoNs, venueTimeUs: number): boolean {
    const roundTripNs = receivedNs - sentNs
    if (roundTripNs < this.#bestRoundTripNs) {
      this.#bestRoundTripNs = roundTripNs
      this.#bestOffsetUs = venueTimeUs - (sentNs + receivedNs) / 2 / NS_PER_US
    }
    this.#samplesLeft--
    if (this.#samplesLeft > 0) return false
    this.offsetUs = this.#bestOffsetUs
    this.roundTripNs = this.#bestRoundTripNs
    return true
  }

  /** The venue's time at `nowNs`, whole milliseconds since the epoch. */
  venueTimeMs(nowNs: MonoNs): number {
    return Math.floor((nowNs / NS_PER_US + this.offsetUs) / US_PER_MS)
  }
}
