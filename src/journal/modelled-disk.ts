// A disk in memory that forgets as a real one does: the journal of exploration. Nothing moves
// until `pump` is called with the time; a crash keeps what was synced, and of the rest a prefix
// that the seed chooses, cut anywhere, so that its last record may be torn.
//
// It drives the production SegmentWriter over the production bytes; only thread and medium are
// modelled. Reordered sectors are not: a tail survives as a prefix, sometimes with noise behind.
import { assert } from '#core/assert.ts'
import type { Prng } from '#core/prng.ts'
import type { SharedRing } from '#core/shared-ring.ts'
import type { MonoNs } from '#core/units.ts'
import type { Disk } from './disk.ts'
import { allocateJournalRing } from './journal-ring.ts'
import { Journal } from './journal.ts'
import { readSegments, type JournalHistory, type SegmentFile } from './reader.ts'
import { FORMAT_VERSION } from './record-layout.ts'
import { beginIncarnation, SegmentWriter, StepResult } from './segment-writer.ts'

const NOISE_CHANCE = 0.25
const NOISE_BYTES_MAX = 64

interface ModelledFile {
  readonly name: string
  /** As the running process sees it. */
  bytes: Uint8Array
  size: number
  /** Everything below is on the medium. */
  syncedSize: number
}

export class ModelledDisk implements Disk {
  readonly #files: ModelledFile[] = []

  create(name: string): number {
    const isNew = this.#files.every((file) => file.name !== name)
    assert(isNew, 'a segment is never overwritten')
    return this.#files.push({ name, bytes: new Uint8Array(4_096), size: 0, syncedSize: 0 }) - 1
  }

  open(name: string): number {
    const handle = this.#files.findIndex((file) => file.name === name)
    assert(handle >= 0, 'only a file that exists is opened')
    return handle
  }

  write(handle: number, bytes: Uint8Array, position: number): number {
    const file = this.#files[handle]!
    assert(position >= file.syncedSize, 'what is synced is never written again')
    const end = position + bytes.length
    if (end > file.bytes.length) {
      const grown = new Uint8Array(end * 2)
      grown.set(file.bytes)
      file.bytes = grown
    }
    file.bytes.set(bytes, position)
    file.size = Math.max(file.size, end)
    return bytes.length
  }

  sync(handle: number): void {
    const file = this.#files[handle]!
    file.syncedSize = file.size
  }

  /** Names are modelled as durable at once; the writer syncs them before it relies on them. */
  syncNames(): void {}

  close(): void {}

  /** Power is cut: each file keeps what was synced and some of what was not. */
  crash(prng: Prng): void {
    for (const file of this.#files) {
      const unsynced = file.size - file.syncedSize
      file.size = file.syncedSize + prng.nextInteger(0, unsynced)
      const hasNoise = unsynced > 0 && prng.chance(NOISE_CHANCE)
      if (hasNoise) this.#append(file, prng)
      file.syncedSize = file.size
    }
  }

  /** The bytes as a process that starts now would read them. */
  files(): SegmentFile[] {
    return this.#files.map(({ name, bytes, size }) => ({ name, bytes: bytes.slice(0, size) }))
  }

  #append(file: ModelledFile, prng: Prng): void {
    const noise = new Uint8Array(prng.nextInteger(1, NOISE_BYTES_MAX))
    for (let i = 0; i < noise.length; i++) noise[i] = prng.nextUint32() & 0xff
    this.write(this.#files.indexOf(file), noise, file.size)
  }
}

export interface ModelledStart {
  readonly instance: number
  readonly wallUs: number
  readonly nowNs: MonoNs
  /** How long a sync takes on this disk. */
  readonly syncNs: number
  readonly configHash: string
  readonly mode: string
}

/** One incarnation over a modelled disk: what journal-host and its worker are to a real one. */
export class ModelledJournal {
  readonly history: JournalHistory
  readonly incarnation: number
  readonly journal: Journal
  readonly #writer: SegmentWriter
  readonly #syncNs: number
  #syncDueNs = -1

  constructor(disk: ModelledDisk, start: ModelledStart, ringBytes?: number) {
    this.history = readSegments(disk.files())
    const headers = this.history.headers
    this.incarnation = 1 + headers.reduce((last, header) => Math.max(last, header.incarnation), 0)
    this.#syncNs = start.syncNs
    const ring: SharedRing = allocateJournalRing(ringBytes)
    this.journal = new Journal(ring, this.history.lastSequence)
    const { instance, wallUs, nowNs, configHash, mode } = start
    const header = {
      formatVersion: FORMAT_VERSION,
      instance,
      incarnation: this.incarnation,
      firstSequence: this.history.lastSequence + 1,
      wallUs,
      nowNs,
    }
    const segment = { number: this.history.lastSegmentNumber + 1, header }
    beginIncarnation(disk, segment)
    this.#writer = new SegmentWriter(ring, disk, segment)
    const { incarnation } = this
    this.journal.engineStart({ instance, incarnation, wallUs, configHash, mode }, nowNs)
  }

  /** Does what the writer's thread would have done by now; a sync ends `syncNs` after its write. */
  pump(nowNs: MonoNs): void {
    if (this.#syncDueNs >= 0) {
      if (nowNs < this.#syncDueNs) return
      this.#writer.sync()
      this.#syncDueNs = -1
    }
    if (this.#writer.write() === StepResult.Progress) this.#syncDueNs = nowNs + this.#syncNs
  }
}
