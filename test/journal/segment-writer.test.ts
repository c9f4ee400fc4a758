import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RingProducer, SharedRing } from '#core/shared-ring.ts'
import { monoNs } from '#core/units.ts'
import type { Disk } from '#journal/disk.ts'
import { DiskState } from '#journal/journal-ring.ts'
import { Journal } from '#journal/journal.ts'
import { NodeDisk } from '#journal/node-disk.ts'
import { readSegments } from '#journal/reader.ts'
import { beginIncarnation, SegmentWriter, StepResult } from '#journal/segment-writer.ts'
import { segmentFiles } from '#journal/state-dir.ts'

const HEADER = {
  formatVersion: 1,
  instance: 1,
  incarnation: 1,
  firstSequence: 1,
  wallUs: 0,
  nowNs: 0,
}

/** A real disk with faults on request: room for so many more bytes, syncs that fail. */
class FaultyDisk implements Disk {
  bytesLeft = Infinity
  syncFailures = 0
  syncs = 0
  createFailures = 0
  readonly #real: NodeDisk

  constructor(directory: string) {
    this.#real = new NodeDisk(directory)
  }

  create(name: string): number {
    if (this.createFailures-- > 0) throw systemError('ENOSPC', -28)
    return this.#real.create(name)
  }

  open(name: string): number {
    return this.#real.open(name)
  }

  /** As write(2): what fits is taken, and only then the disk is full. */
  write(handle: number, bytes: Uint8Array, position: number): number {
    if (this.bytesLeft === 0) throw systemError('ENOSPC', -28)
    const fitting = bytes.subarray(0, Math.min(bytes.length, this.bytesLeft))
    this.bytesLeft -= fitting.length
    return this.#real.write(handle, fitting, position)
  }

  sync(handle: number): void {
    if (this.syncFailures-- > 0) throw systemError('EIO', -5)
    this.syncs++
    this.#real.sync(handle)
  }

  syncNames(): void {
    this.#real.syncNames()
  }

  rename(from: string, to: string): void {
    this.#real.rename(from, to)
  }

  remove(name: string): void {
    this.#real.remove(name)
  }

  close(handle: number): void {
    this.#real.close(handle)
  }
}

function systemError(code: string, errno: number): Error {
  return Object.assign(new Error(code), { code, errno })
}

function setUp(segmentBytes?: number) {
  const directory = mkdtempSync(join(tmpdir(), 'floe-writer-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const disk = new FaultyDisk(directory)
  const start = { number: 1, header: HEADER }
  beginIncarnation(disk, start)
  const ring = SharedRing.allocate(1 << 20)
  const writer = new SegmentWriter(ring, disk, start, segmentBytes)
  const journal = new Journal(ring, 0)
  const append = (count: number) => {
    for (let i = 0; i < count; i++) journal.taskNote(i, `{"n":${i}}`, monoNs(i))
  }
  const read = () => readSegments(segmentFiles(directory))
  return { directory, disk, ring, writer, journal, append, read }
}

describe('segment writer', () => {
  test('groups records into one sync and tells how far it is', () => {
    const { disk, writer, journal, append, read } = setUp()
    append(600)
    const syncsBefore = disk.syncs
    expect(journal.syncedSequence).toBe(0)
    expect(writer.write()).toBe(StepResult.Progress)
    expect([journal.writtenSequence, journal.syncedSequence]).toEqual([256, 0])
    expect(writer.sync()).toBe(StepResult.Progress)
    expect(journal.syncedSequence).toBe(256)
    writer.step()
    writer.step()
    expect(writer.step()).toBe(StepResult.Idle)
    expect(disk.syncs - syncsBefore).toBe(3)
    expect([journal.syncedSequence, read().lastSequence]).toEqual([600, 600])
  })

  test('a full disk is said, costs nothing, and ends by itself', () => {
    const { disk, writer, journal, append, read } = setUp()
    append(10)
    writer.step()
    append(10)
    disk.bytesLeft = 100
    expect(writer.step()).toBe(StepResult.Failed)
    expect([journal.diskState, journal.diskErrno]).toEqual([DiskState.Full, 28])
    expect(journal.admitsOrders).toBe(false)
    expect(journal.writtenSequence).toBe(10)
    expect(read()).toMatchObject({ ending: { kind: 'torn' } })
    append(10)
    expect(writer.step()).toBe(StepResult.Failed)

    disk.bytesLeft = Infinity
    while (writer.step() !== StepResult.Idle) expect(journal.diskState).toBe(DiskState.Ok)
    expect(journal.diskErrno).toBe(0)
    expect(read()).toMatchObject({ lastSequence: 30, ending: { kind: 'clean' } })
  })

  test('a sync that failed is not believed later: the bytes are written again', () => {
    const { disk, writer, journal, append, directory, read } = setUp()
    append(5)
    disk.syncFailures = 2
    expect(writer.step()).toBe(StepResult.Failed)
    expect([journal.diskState, journal.diskErrno]).toEqual([DiskState.Failing, 5])
    // What a kernel may do after a failed sync: drop the dirty pages.
    const file = openSync(join(directory, '000001.floe'), 'r+')
    writeSync(file, new Uint8Array(200), 0, 200, 64)
    closeSync(file)
    expect(writer.step()).toBe(StepResult.Failed)
    expect(writer.step()).toBe(StepResult.Progress)
    expect(journal.diskState).toBe(DiskState.Ok)
    expect(read()).toMatchObject({ lastSequence: 5, ending: { kind: 'clean' } })
  })

  test('rolls to new segments, and a disk that is full just then changes nothing', () => {
    const { disk, writer, append, read, directory } = setUp(256)
    for (let i = 0; i < 12; i++) {
      append(2)
      if (i % 3 === 0) disk.createFailures = 1
      if (i % 4 === 0) disk.bytesLeft = 70
      while (writer.step() !== StepResult.Idle) disk.bytesLeft = Infinity
    }
    expect(segmentFiles(directory).length).toBeGreaterThan(3)
    expect(read()).toMatchObject({ lastSequence: 24, ending: { kind: 'clean' } })
  })

  test('our own mistakes are not taken for a bad disk', () => {
    const { ring, writer } = setUp()
    const producer = new RingProducer(ring)
    const offset = producer.begin(32)
    ring.bytes.fill(0, offset, offset + 32)
    producer.commit(32)
    expect(() => writer.step()).toThrow('a record in the ring has a length')
  })
})
