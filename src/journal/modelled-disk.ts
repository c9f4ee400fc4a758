// A disk in memory that forgets as a real one does: the journal of exploration. Nothing moves
// until `pump` is called with the time; a crash keeps what was synced, and of the rest a prefix
// that the seed chooses, cut anywhere, so that its last record may be torn. Renamed and removed
// files may be back after it, until their names were synced.
//
// It drives the production SegmentWriter and compaction over the production bytes; only thread and
// medium are modelled. Reordered sectors are not: a tail survives as a prefix, with noise behind it
// or, where only the file's length had reached the medium, with zeros.
import { assert } from '#core/assert.ts'
import type { Prng } from '#core/prng.ts'
import type { SharedRing } from '#core/shared-ring.ts'
import type { MonoNs } from '#core/units.ts'
import { compactSegments, removeLeftovers, type SnapshotOf } from './compaction.ts'
import type { Disk } from './disk.ts'
import { nextIncarnation } from './incarnation.ts'
import { allocateJournalRing } from './journal-ring.ts'
import { Journal } from './journal.ts'
import {
  readSegments,
  recordsSinceSnapshot,
  type JournalHistory,
  type SegmentFile,
} from './reader.ts'
import { FORMAT_VERSION } from './record-layout.ts'
import { beginIncarnation, SegmentWriter, StepResult } from './segment-writer.ts'

const NOISE_CHANCE = 0.25
const NOISE_BYTES_MAX = 64
const ZEROS_CHANCE = 0.25

/** Thrown where `cutPowerIn` has run out: the process dies there. */
export class PowerCut extends Error {
  override readonly name = 'PowerCut'
}

interface ModelledFile {
  name: string
  isRemoved: boolean
  /** As the running process sees it. */
  bytes: Uint8Array
  size: number
  /** Everything below is on the medium. */
  syncedSize: number
}

export class ModelledDisk implements Disk {
  readonly #files: ModelledFile[] = []
  /** What was done to names since they were synced, as what takes it back. */
  readonly #undoNames: (() => void)[] = []
  #operationsLeft = Infinity

  /** The process dies with PowerCut after so many more operations; `crash` follows, as ever. */
  cutPowerIn(operations: number): void {
    this.#operationsLeft = operations
  }

  create(name: string): number {
    this.#operate()
    assert(this.#handleOf(name) < 0, 'a segment is never overwritten')
    const bytes = new Uint8Array(4_096)
    return this.#files.push({ name, isRemoved: false, bytes, size: 0, syncedSize: 0 }) - 1
  }

  open(name: string): number {
    const handle = this.#handleOf(name)
    assert(handle >= 0, 'only a file that exists is opened')
    return handle
  }

  write(handle: number, bytes: Uint8Array, position: number): number {
    this.#operate()
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
    this.#operate()
    const file = this.#files[handle]!
    file.syncedSize = file.size
  }

  /** Names of new files are modelled as durable at once; changed ones wait for this. */
  syncNames(): void {
    this.#operate()
    this.#undoNames.length = 0
  }

  rename(from: string, to: string): void {
    this.#operate()
    const file = this.#files[this.#handleOf(from)]
    assert(file !== undefined, 'only a file that exists is renamed')
    const replaced = this.#files[this.#handleOf(to)]
    if (replaced !== undefined) replaced.isRemoved = true
    file.name = to
    this.#undoNames.push(() => {
      file.name = from
      if (replaced !== undefined) replaced.isRemoved = false
    })
  }

  remove(name: string): void {
    this.#operate()
    const file = this.#files[this.#handleOf(name)]
    if (file === undefined) return
    file.isRemoved = true
    this.#undoNames.push(() => {
      file.isRemoved = false
    })
  }

  close(): void {}

  /** Power is cut: each file keeps what was synced and some of what was not. */
  crash(prng: Prng): void {
    this.#operationsLeft = Infinity
    for (const undo of this.#undoNames.splice(0).toReversed()) if (prng.chance(0.5)) undo()
    for (const file of this.#files) {
      const unsynced = file.size - file.syncedSize
      const fullSize = file.size
      file.size = file.syncedSize + prng.nextInteger(0, unsynced)
      if (unsynced > 0) this.#spoilTail(file, fullSize, prng)
      file.syncedSize = file.size
    }
  }

  /** The bytes as a process that starts now would read them. */
  files(): SegmentFile[] {
    return this.#files
      .filter((file) => !file.isRemoved)
      .map(({ name, bytes, size }) => ({ name, bytes: bytes.slice(0, size) }))
  }

  #operate(): void {
    if (this.#operationsLeft-- <= 0) throw new PowerCut('the power is cut')
  }

  #handleOf(name: string): number {
    return this.#files.findIndex((file) => file.name === name && !file.isRemoved)
  }

  #spoilTail(file: ModelledFile, fullSize: number, prng: Prng): void {
    if (prng.chance(NOISE_CHANCE)) return this.#append(file, prng)
    if (!prng.chance(ZEROS_CHANCE)) return
    file.bytes.fill(0, file.size, fullSize)
    file.size = fullSize
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
  /** Takes a snapshot first when more than `every` records have come since the last one. */
  readonly snapshots?: { readonly every: number; readonly snapshotOf: SnapshotOf }
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
    this.history = historyOn(disk, start)
    this.incarnation = nextIncarnation(this.history, 0)
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
    removeLeftovers(disk, this.history, namesOn(disk))
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

const namesOn = (disk: ModelledDisk): string[] => disk.files().map(({ name }) => name)

function historyOn(disk: ModelledDisk, { snapshots }: ModelledStart): JournalHistory {
  const files = disk.files()
  const history = readSegments(files)
  if (snapshots === undefined || recordsSinceSnapshot(history) <= snapshots.every) return history
  const done = compactSegments(disk, files, history, snapshots.snapshotOf)
  return done === null ? history : readSegments(disk.files())
}
