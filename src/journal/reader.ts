// Reads a journal from the bytes of its segments and says how it ended. Pure: the same reader
// serves recovery, `floe journal` and the modelled disk.
//
// A crash may leave the last record of an incarnation half written, or the file longer than what
// reached the disk: a torn tail, expected, and the next incarnation's segment continues after it.
// Anything else that is not a whole record is corruption: reading stops at the last whole record,
// and what lies behind is counted, never guessed at. A later incarnation that continued from
// exactly there has made that end official, so its segment is read on.
//
// Reading begins with the newest segment that is a whole snapshot; what stands before it is left
// over from a death and means nothing any more. A snapshot that is not whole is corruption.
import { decodeRecord, newerVersion, sequenceAt } from './record-codec.ts'
import { FORMAT_VERSION, LENGTH_OFFSET, type JournalRecord } from './record-layout.ts'
import { holdsWholeRecord, viewOf, wholeRecordLength } from './record-scan.ts'
import {
  decodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  segmentNumber,
  type SegmentHeader,
} from './segment-layout.ts'
import { SignsOfLife } from './signs-of-life.ts'
import { beginsSnapshot, findSnapshot, type FoundSnapshot } from './snapshot-segment.ts'

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
  /** What reading began with; null where it is the journal's first record. */
  readonly snapshot: FoundSnapshot | null
  /** Segments that the snapshot stands for and a death has left behind. */
  readonly leftovers: readonly string[]
  /** 0 for an empty journal. */
  readonly lastSequence: number
  readonly ending: JournalEnding
  /** Breaks in the middle that a later incarnation has already continued from. */
  readonly earlierBreaks: readonly JournalEnding[]
  /** Headers of all segments from the snapshot on that have one, read or not, in order. */
  readonly headers: readonly SegmentHeader[]
  /** Segments whose header cannot be read: each may hide one incarnation. */
  readonly headerlessCount: number
  /** The oldest incarnation whose orders this journal holds; null where no header tells. */
  readonly incarnationFirst: number | null
  /** Largest number among the segments' names. */
  readonly lastSegmentNumber: number
  /** Wall time of the last record, from the last stamp before it; 0 when there is no segment. */
  readonly lastWallUs: number
  /** Monotonic ns of the last record, in its own incarnation. */
  readonly lastNowNs: number
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
  let snapshot: FoundSnapshot | null = null
  let first = inOrder.length
  while (snapshot === null && first > 0) snapshot = snapshotIn(inOrder[--first]!)
  const scan = new HistoryScan()
  if (snapshot !== null) scan.beginWith(inOrder[first]!, snapshot, namesOf(inOrder.slice(0, first)))
  for (const file of inOrder.slice(snapshot === null ? 0 : first + 1)) scan.add(file)
  return scan.finish(segmentNumber(inOrder.at(-1)?.name ?? ''))
}

/** Records since the snapshot that reading began with, or all there are. */
export const recordsSinceSnapshot = ({ recordCount, snapshot }: JournalHistory): number =>
  recordCount - (snapshot?.records ?? 0)

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
  #snapshot: FoundSnapshot | null = null
  #leftovers: readonly string[] = []
  readonly #signs = new SignsOfLife()

  /** The first segment to be read is a whole snapshot: it stands for all before it. */
  beginWith(file: SegmentFile, snapshot: FoundSnapshot, leftovers: readonly string[]): void {
    const header = decodeSegmentHeader(file.bytes)
    if (header !== null) this.#headers.push(header)
    this.#segments.push({ ...file, view: viewOf(file.bytes), end: file.bytes.length })
    this.#snapshot = snapshot
    this.#leftovers = leftovers
    this.#recordCount = snapshot.records
    this.#lastSequence = snapshot.sequence
    if (header !== null) this.#signs.begin(header, snapshot)
  }

  add(file: SegmentFile): void {
    const header = knownHeader(file)
    if (header === null) return this.#addHeaderless(file)
    const isSuccessor = this.#isContinuedBy(header)
    this.#headers.push(header)
    if (!isSuccessor) {
      const expected = this.#lastSequence + 1
      this.#break(file, 0, `it begins at sequence ${header.firstSequence}, not at ${expected}`)
      return
    }
    if (beginsSnapshot(file.bytes, file.name)) {
      this.#break(file, SEGMENT_HEADER_BYTES, 'it is a snapshot that is not whole')
      return
    }
    if (this.#ending.kind === 'corrupt') this.#breaks.push(this.#ending)
    this.#ending = { kind: 'clean' }
    this.#readRecords(file, header)
  }

  finish(lastSegmentNumber: number): JournalHistory {
    const segments = this.#segments
    const snapshot = this.#snapshot
    const incarnations = this.#headers.map((header) => header.incarnation)
    return {
      records: () => decodeAll(segments),
      recordCount: this.#recordCount,
      snapshot,
      leftovers: this.#leftovers,
      lastSequence: this.#lastSequence,
      ending: this.#ending,
      earlierBreaks: this.#breaks,
      headers: this.#headers,
      headerlessCount: this.#headerlessCount,
      incarnationFirst:
        snapshot?.incarnationFirst ?? (incarnations.length > 0 ? Math.min(...incarnations) : null),
      lastSegmentNumber,
      ...this.#signs.last(),
    }
  }

  /** A crash leaves a segment without a header only where the journal goes on, or begins. */
  #addHeaderless(file: SegmentFile): void {
    this.#headerlessCount++
    const isExpected = this.#headers.length > 0 || segmentNumber(file.name) <= this.#headerlessCount
    const reason = isExpected ? '' : 'what stood before it is missing'
    this.#break(file, 0, isBlank(file.bytes) ? reason : 'its header is damaged')
  }

  /** After a break only a new incarnation can go on, and only from exactly where reading ended. */
  #isContinuedBy(header: SegmentHeader): boolean {
    if (header.firstSequence !== this.#lastSequence + 1) return false
    const last = this.#headers.at(-1)
    return this.#ending.kind === 'clean' || last === undefined || isLater(header, last)
  }

  #readRecords(file: SegmentFile, header: SegmentHeader): void {
    const { bytes } = file
    const view = viewOf(bytes)
    let offset = SEGMENT_HEADER_BYTES
    let length = wholeRecordLength(bytes, view, offset)
    while (length > 0 && sequenceAt(view, offset) === this.#lastSequence + 1) {
      this.#signs.see(header, view, offset, file.name)
      this.#lastSequence++
      this.#recordCount++
      offset += length
      length = wholeRecordLength(bytes, view, offset)
    }
    this.#segments.push({ ...file, view, end: offset })
    this.#signs.seeHeader(header)
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

/**
 * The header, null when it is damaged.
 * @throws EngineError `journal_newer_version`.
 */
function knownHeader({ name, bytes }: SegmentFile): SegmentHeader | null {
  const header = decodeSegmentHeader(bytes)
  if (header === null || header.formatVersion <= FORMAT_VERSION) return header
  throw newerVersion(`${name} has format version ${header.formatVersion}, known: ${FORMAT_VERSION}`)
}

const snapshotIn = (file: SegmentFile): FoundSnapshot | null =>
  knownHeader(file) === null ? null : findSnapshot(file.bytes, file.name)

const namesOf = (files: readonly SegmentFile[]): string[] => files.map(({ name }) => name)

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
