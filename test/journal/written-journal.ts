// Journals made record by record on a modelled disk, with segments cut where a test wants them.
import { RingProducer, SharedRing } from '#core/shared-ring.ts'
import { ModelledDisk } from '#journal/modelled-disk.ts'
import { exactBytes, writeBody } from '#journal/record-codec.ts'
import {
  FORMAT_VERSION,
  RECORD_LAYOUTS,
  type RecordBody,
  type RecordName,
} from '#journal/record-layout.ts'
import { RecordWriter } from '#journal/record-writer.ts'
import { segmentName, type SegmentHeader } from '#journal/segment-layout.ts'
import { beginIncarnation, SegmentWriter, StepResult } from '#journal/segment-writer.ts'

const RING_BYTES = 1 << 17
/** Emptied well before the ring is full. */
const RECORDS_AT_ONCE = 200

export class WrittenJournal {
  readonly disk = new ModelledDisk()
  #number = 0
  #sequence = 0
  #sinceFlush = 0
  #header: SegmentHeader | null = null
  #writer: RecordWriter | null = null
  #segment: SegmentWriter | null = null

  get lastName(): string {
    return segmentName(this.#number)
  }

  get sequence(): number {
    return this.#sequence
  }

  /** An incarnation with its engine_start. */
  begin(incarnation: number, wallUs: number, nowNs: number, instance = 1): void {
    this.#header = {
      formatVersion: FORMAT_VERSION,
      instance,
      incarnation,
      firstSequence: 0,
      wallUs,
      nowNs,
    }
    this.roll()
    const body = { wallUs, incarnation, instance, configHash: 'c0ffee', mode: 'sim' }
    this.add('engine_start', body, nowNs)
  }

  /** The same incarnation goes on in another segment. */
  roll(): void {
    this.flush()
    if (this.#header === null) throw new Error('begin first')
    const header = { ...this.#header, firstSequence: this.#sequence + 1 }
    const start = { number: ++this.#number, header }
    beginIncarnation(this.disk, start)
    const ring = SharedRing.allocate(RING_BYTES)
    this.#writer = new RecordWriter(new RingProducer(ring), this.#sequence)
    this.#segment = new SegmentWriter(ring, this.disk, start)
  }

  add<N extends RecordName>(name: N, body: RecordBody<N>, nowNs: number): void {
    const writer = this.#writer
    if (writer === null) throw new Error('begin first')
    const { kind, version } = RECORD_LAYOUTS[name]
    const outcome = writer.begin(kind, version, exactBytes(name, body), nowNs)
    if (outcome !== 0) throw new Error('the ring is full')
    writeBody(writer, name, body)
    writer.commit()
    this.#sequence = writer.sequence
    if (++this.#sinceFlush === RECORDS_AT_ONCE) this.flush()
  }

  flush(): void {
    this.#sinceFlush = 0
    while (this.#segment !== null && this.#segment.step() !== StepResult.Idle);
  }
}
