// When the journal's last record was written: the newest pairing of both clocks before it, carried
// on by the monotonic one. Every incarnation begins with such a pair, in its segments' headers.
import { NS_PER_US } from '#core/units.ts'
import { decodeRecord, knownName } from './record-codec.ts'
import { NOW_NS_OFFSET, type RecordName } from './record-layout.ts'
import type { SegmentHeader } from './segment-layout.ts'

export interface LastSigns {
  readonly lastWallUs: number
  readonly lastNowNs: number
  readonly endedClean: boolean
}

const PAIRS_OR_ENDS: ReadonlySet<RecordName> = new Set([
  'engine_start',
  'clock_stamp',
  'engine_end',
])

export class SignsOfLife {
  #incarnation = 0
  #wallUs = 0
  #atNs = 0
  #lastNowNs = 0
  #endedClean = false
  #hasRecords = false

  /** The history begins with what a snapshot says of the records that it stands for. */
  begin(header: SegmentHeader, snapshot: LastSigns): void {
    this.#incarnation = header.incarnation
    this.#pair(snapshot.lastWallUs, snapshot.lastNowNs)
    this.#endedClean = snapshot.endedClean
    this.#hasRecords = true
  }

  /**
   * A whole record of the segment with this header.
   * @throws EngineError `journal_newer_version` naming `where`.
   */
  see(header: SegmentHeader, view: DataView, offset: number, where: string): void {
    const name = knownName(view, offset, where)
    if (header.incarnation !== this.#incarnation || !this.#hasRecords) {
      this.#incarnation = header.incarnation
      this.#pair(header.wallUs, header.nowNs)
    }
    this.#hasRecords = true
    this.#endedClean = false
    this.#lastNowNs = view.getFloat64(offset + NOW_NS_OFFSET, true)
    if (!PAIRS_OR_ENDS.has(name)) return
    const record = decodeRecord(view, offset, where)
    if (record.kind === 'engine_end') this.#endedClean = record.clean
    else if (record.kind === 'clock_stamp' || record.kind === 'engine_start') {
      this.#pair(record.wallUs, record.nowNs)
    }
  }

  /**
   * A segment's records are read. The header of a life that left none is its only sign: that life
   * may have sent orders, and whatever ended before it ended nothing.
   */
  seeHeader({ incarnation, wallUs, nowNs }: SegmentHeader): void {
    if (this.#hasRecords && incarnation === this.#incarnation) return
    this.#pair(wallUs, nowNs)
    this.#endedClean = false
  }

  last(): LastSigns {
    const elapsedUs = Math.round((this.#lastNowNs - this.#atNs) / NS_PER_US)
    return {
      lastWallUs: this.#wallUs + elapsedUs,
      lastNowNs: this.#lastNowNs,
      endedClean: this.#endedClean,
    }
  }

  #pair(wallUs: number, nowNs: number): void {
    this.#wallUs = wallUs
    this.#atNs = nowNs
    this.#lastNowNs = nowNs
  }
}
