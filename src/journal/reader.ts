// Reads a journal from the bytes of its segments and says how it ended. Pure: the same reader
// serves recovery, `floe journal` and the modelled disk.
//
// A crash may leave the last record of an incarnation half written, or the file longer than what
// reached the disk: a torn tail, expected, and the next incarnation's segment continues after it.
// Anything else that is not a whole record is corruption: reading stops at the last whole record,
// and what lies behind is counted, never guessed at. A later incarnation that continued from
// exactly there has made that end official, so its segment is read on.
import { JOURNAL_RECORD_BYTES_MAX } from '#core/limits.ts'
import { decodeRecord, knownName, newerVersion, sequenceAt } from './record-codec.ts'
import {
  CRC_OFFSET,
  FORMAT_VERSION,
  LENGTH_OFFSET,
  RECORD_HEADER_BYTES,
  type JournalRecord,
} from './record-layout.ts'
import {
  decodeSegmentHeader,
  recordCrc,
  SEGMENT_HEADER_BYTES,
  segmentNumber,
  type SegmentHeader,
} from './segment-layout.ts'

export interface SegmentFile {
  /** `000001.floe` */
  readonly name: string
  readonly bytes: Uint8Array
}

/** How the bytes ended: `offset` is where the last whole record of `segment` ended. */
export type JournalEnding =
  | { readonly kind: 'clean' }
  | { readonly kind: 'torn'; readonly segment: string; readonly offset: number }
  | {
      readonly kind: 'corrupt'
      readonly segment: string
      readonly offset: number
      readonly reason: string
      /** Segments, this one included, that hold records which were not read. */
      readonly unread: readonly string[]
    }

export interface JournalHistory {
  /** Every whole record in order; each call decodes afresh, so that nothing is held. */
  records(): IterableIterator<JournalRecord>
  readonly recordCount: number
  /** 0 for an empty journal. */
  readonly lastSequence: number
  readonly ending: JournalEnding
  /** Breaks in the middle that a later incarnation has already continued from. */
  readonly earlierBreaks: readonly JournalEnding[]
  /** Headers of all segments that have one, read or not, in order. */
  readonly headers: readonly SegmentHeader[]
  /** Segments whose header cannot be read: each may hide one incarnation. */
  readonly headerlessCount: number
  /** Largest number among the segments' names. */
  readonly lastSegmentNumber: number
  /** Wall time of the last record, from the last stamp before it; 0 when there is no segment. */
  readonly lastWallUs: number
  /** The last record is an `engine_end` that calls itself clean. */
  readonly endedClean: boolean
}

/**
 * Reads segments, in any order.
 * @throws EngineError `journal_newer_version` only; bytes that are broken never throw.
 */
export function readSegments(files: readonly SegmentFile[]): JournalHistory {
  const inOrder = files
    .filter((file) => segmentNumber(file.name) > 0)
    .toSorted((a, b) => segmentNumber(a.name) - segmentNumber(b.name))
  const scan = new HistoryScan()
  for (const file of inOrder) scan.add(file)
  return scan.finish(segmentNumber(inOrder.at(-1)?.name ?? ''))
}

/** One line for people: what the reader made of the journal's end. */
export function endingText(ending: JournalEnding): string {
  if (ending.kind === 'clean') return 'ends with a whole record'
  const place = `${ending.segment}:${ending.offset}`
  if (ending.kind === 'torn') return `torn tail at ${place}: the record being written is dropped`
  const unread = ending.unread.length > 0 ? `; not read: ${ending.unread.join(', ')}` : ''
  return `corrupt at ${place} (${ending.reason}): read up to there${unread}`
}

interface ReadSegment extends SegmentFile {
  readonly view: DataView
  /** Where its whole records end. */
  readonly end: number
}

class HistoryScan {
  readonly #segments: ReadSegment[] = []
  readonly #headers: SegmentHeader[] = []
  readonly #breaks: JournalEnding[] = []
  #headerlessCount = 0
  #lastSequence = 0
  #recordCount = 0
  #ending: JournalEnding = { kind: 'clean' }

  add(file: SegmentFile): void {
    const header = decodeSegmentHeader(file.bytes)
    if (header === null) {
      this.#headerlessCount++
      this.#break(file, 0, isBlank(file.bytes) ? '' : 'its header is damaged')
      return
    }
    if (header.formatVersion > FORMAT_VERSION) {
      throw newerVersion(
        `${file.name} has format version ${header.formatVersion}, known: ${FORMAT_VERSION}`,
      )
    }
    const isSuccessor = this.#isContinuedBy(header)
    this.#headers.push(header)
    if (!isSuccessor) {
      const expected = this.#lastSequence + 1
      this.#break(file, 0, `it begins at sequence ${header.firstSequence}, not at ${expected}`)
      return
    }
    if (this.#ending.kind === 'corrupt') this.#breaks.push(this.#ending)
    this.#ending = { kind: 'clean' }
    this.#readRecords(file)
  }

  finish(lastSegmentNumber: number): JournalHistory {
    const segments = this.#segments
    const { lastWallUs, endedClean } = lastSigns(segments)
    return {
      records: () => decodeAll(segments),
      recordCount: this.#recordCount,
      lastSequence: this.#lastSequence,
      ending: this.#ending,
      earlierBreaks: this.#breaks,
      headers: this.#headers,
      headerlessCount: this.#headerlessCount,
      lastSegmentNumber,
      lastWallUs,
      endedClean,
    }
  }

  /** After a break only a new incarnation can go on, and only from exactly where reading ended. */
  #isContinuedBy(header: SegmentHeader): boolean {
    if (header.firstSequence !== this.#lastSequence + 1) return false
    const last = this.#headers.at(-1)
    return this.#ending.kind === 'clean' || last === undefined || isLater(header, last)
  }

  #readRecords(file: SegmentFile): void {
    const { bytes } = file
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    let offset = SEGMENT_HEADER_BYTES
    let length = wholeRecordLength(bytes, view, offset)
    while (length > 0 && sequenceAt(view, offset) === this.#lastSequence + 1) {
      knownName(view, offset, file.name)
      this.#lastSequence++
      this.#recordCount++
      offset += length
      length = wholeRecordLength(bytes, view, offset)
    }
    this.#segments.push({ ...file, view, end: offset })
    if (offset === bytes.length) return
    const goesOn = holdsWholeRecord(bytes, view, offset)
    this.#break(file, offset, goesOn ? 'whole records stand behind a damaged one' : '')
  }

  /** `reason` '' when a crash alone explains it. The first break is the place that is reported. */
  #break(file: SegmentFile, offset: number, reason: string): void {
    const ending = this.#ending
    if (ending.kind === 'corrupt') {
      this.#ending = { ...ending, unread: [...ending.unread, file.name] }
      return
    }
    const place = ending.kind === 'torn' ? ending : { segment: file.name, offset }
    const { segment } = place
    if (reason === '') {
      this.#ending = { kind: 'torn', segment, offset: place.offset }
      return
    }
    const words = segment === file.name ? reason : `${file.name} behind it: ${reason}`
    const unread = [file.name]
    this.#ending = { kind: 'corrupt', segment, offset: place.offset, reason: words, unread }
  }
}

function isLater(header: SegmentHeader, than: SegmentHeader): boolean {
  return header.incarnation > than.incarnation
}

/** Length of the whole record at `offset`, 0 when there is none. */
function wholeRecordLength(bytes: Uint8Array, view: DataView, offset: number): number {
  if (offset + RECORD_HEADER_BYTES > bytes.length) return 0
  const length = view.getUint32(offset + LENGTH_OFFSET, true)
  const isPossible =
    length >= RECORD_HEADER_BYTES && length <= JOURNAL_RECORD_BYTES_MAX && length % 8 === 0
  if (!isPossible || offset + length > bytes.length) return 0
  return view.getUint32(offset + CRC_OFFSET, true) === recordCrc(bytes, offset, length) ? length : 0
}

/** Looks behind a damaged record wherever one may begin: a crash leaves nothing whole there. */
function holdsWholeRecord(bytes: Uint8Array, view: DataView, from: number): boolean {
  for (let offset = from; offset + RECORD_HEADER_BYTES <= bytes.length; offset += 8) {
    if (wholeRecordLength(bytes, view, offset) > 0) return true
  }
  return false
}

/** A file that a crash left without its header: shorter than one, or never filled. */
function isBlank(bytes: Uint8Array): boolean {
  return bytes.length < SEGMENT_HEADER_BYTES || bytes.every((byte) => byte === 0)
}

function* decodeAll(segments: readonly ReadSegment[]): IterableIterator<JournalRecord> {
  for (const segment of segments) yield* decodeSegment(segment)
}

function* decodeSegment({ name, view, end }: ReadSegment): IterableIterator<JournalRecord> {
  let offset = SEGMENT_HEADER_BYTES
  while (offset < end) {
    yield decodeRecord(view, offset, name)
    offset += view.getUint32(offset + LENGTH_OFFSET, true)
  }
}

/**
 * The newest stamp of the last segment that has records, carried on to its last record. Where no
 * record is left, the last header is the last sign of life.
 */
function lastSigns(segments: readonly ReadSegment[]): { lastWallUs: number; endedClean: boolean } {
  const withRecords = segments.findLast((segment) => segment.end > SEGMENT_HEADER_BYTES)
  const last = withRecords ?? segments.at(-1)
  if (last === undefined) return { lastWallUs: 0, endedClean: false }
  const header = decodeSegmentHeader(last.bytes)
  let stamp = { wallUs: header?.wallUs ?? 0, nowNs: header?.nowNs ?? 0 }
  let lastNowNs = stamp.nowNs
  let endedClean = false
  for (const record of decodeSegment(last)) {
    lastNowNs = record.nowNs
    endedClean = record.kind === 'engine_end' && record.clean
    const isStamp = record.kind === 'clock_stamp' || record.kind === 'engine_start'
    if (isStamp) stamp = { wallUs: record.wallUs, nowNs: record.nowNs }
  }
  return { lastWallUs: stamp.wallUs + Math.round((lastNowNs - stamp.nowNs) / 1_000), endedClean }
}
