import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Prng } from '#core/prng.ts'
import { SharedRing } from '#core/shared-ring.ts'
import { monoNs, wallUs } from '#core/units.ts'
import { Journal } from '#journal/journal.ts'
import { ModelledDisk, ModelledJournal } from '#journal/modelled-disk.ts'
import { endingText, readSegments, type SegmentFile } from '#journal/reader.ts'
import { FORMAT_VERSION } from '#journal/record-layout.ts'
import { decodeSegmentHeader, encodeSegmentHeader } from '#journal/segment-layout.ts'
import { beginIncarnation, SegmentWriter, StepResult } from '#journal/segment-writer.ts'

const START = { instance: 1, syncNs: 1, configHash: 'c0ffee', mode: 'sim' }

/** Bytes of a journal with one incarnation a count, each appending that many notes. */
function journalBytes(noteCounts: readonly number[]): SegmentFile[] {
  const disk = new ModelledDisk()
  for (const count of noteCounts) run(disk, count)
  return disk.files()
}

function run(disk: ModelledDisk, notes: number): ModelledJournal {
  const start = { ...START, wallUs: 1_000_000, nowNs: monoNs(0) }
  const modelled = new ModelledJournal(disk, start, 1 << 16)
  const { journal } = modelled
  for (let i = 0; i < notes; i++) journal.taskNote(i, `{"n":${i}}`, monoNs(i + 1))
  modelled.pump(monoNs(1_000))
  modelled.pump(monoNs(2_000))
  return modelled
}

/** Small segments, so that one incarnation has several. */
function rolledBytes(notes: number): SegmentFile[] {
  const disk = new ModelledDisk()
  const ring = SharedRing.allocate(1 << 16)
  const header = {
    formatVersion: 1,
    instance: 1,
    incarnation: 1,
    firstSequence: 1,
    wallUs: 0,
    nowNs: 0,
  }
  beginIncarnation(disk, { number: 1, header })
  const writer = new SegmentWriter(ring, disk, { number: 1, header }, 256)
  const journal = new Journal(ring, 0)
  for (let i = 0; i < notes; i++) {
    journal.taskNote(i, `{"n":${i}}`, monoNs(i))
    expect(writer.step()).toBe(StepResult.Progress)
  }
  expect(writer.step()).toBe(StepResult.Idle)
  return disk.files()
}

const sequences = (files: readonly SegmentFile[]): number[] =>
  [...readSegments(files).records()].map((record) => record.sequence)

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i + 1)

function changed(file: SegmentFile, change: (bytes: Uint8Array) => Uint8Array): SegmentFile {
  return { name: file.name, bytes: change(file.bytes.slice()) }
}

function flipped(file: SegmentFile, at: number, mask: number): SegmentFile {
  return changed(file, (bytes) => {
    bytes[at]! ^= mask
    return bytes
  })
}

describe('journal reader', () => {
  test('an empty journal', () => {
    const history = readSegments([])
    expect(history).toMatchObject({ lastSequence: 0, recordCount: 0, ending: { kind: 'clean' } })
    expect([...history.records()]).toEqual([])
  })

  test('incarnations and rolled segments continue each other', () => {
    expect(sequences(journalBytes([2, 0, 3]))).toEqual(upTo(8))
    const rolled = rolledBytes(20)
    expect(rolled.length).toBeGreaterThan(4)
    expect(sequences(rolled.toReversed())).toEqual(upTo(20))
    expect(readSegments(rolled).ending).toEqual({ kind: 'clean' })
  })

  test('truncated at every length: a prefix is read, and the ending says what is missing', () => {
    const [file] = journalBytes([4])
    const whole = [...readSegments([file!]).records()]
    for (let length = 0; length <= file!.bytes.length; length++) {
      const history = readSegments([changed(file!, (bytes) => bytes.subarray(0, length))])
      const records = [...history.records()]
      expect(records).toEqual(whole.slice(0, records.length))
      expect(history.lastSequence).toBe(records.length)
      if (length === file!.bytes.length) expect(history.ending.kind).toBe('clean')
    }
  })

  test('every bit flipped: never throws, never a changed record, never called clean', () => {
    const files = journalBytes([3, 2])
    const whole = [...readSegments(files).records()]
    for (let which = 0; which < files.length; which++) {
      for (let at = 0; at < files[which]!.bytes.length; at++) {
        for (let bit = 0; bit < 8; bit++) {
          const damaged = files.with(which, flipped(files[which]!, at, 1 << bit))
          const history = readSegments(damaged)
          const records = [...history.records()]
          expect(records).toEqual(whole.slice(0, records.length))
          expect(records.length).toBeLessThan(whole.length)
          expect(history.ending.kind).not.toBe('clean')
        }
      }
    }
  })

  test('a damaged record with whole ones behind is corruption; later segments are named', () => {
    const files = rolledBytes(20)
    const damaged = files.with(1, flipped(files[1]!, 100, 4))
    const { ending, lastSequence } = readSegments(damaged)
    expect(ending).toMatchObject({ kind: 'corrupt', segment: '000002.floe', offset: 64 })
    expect(ending.kind === 'corrupt' && ending.unread[0]).toBe('000002.floe')
    expect(ending.kind === 'corrupt' && ending.unread.length).toBe(files.length - 1)
    expect(sequences(damaged)).toEqual(upTo(lastSequence))
    expect(endingText(ending)).toContain('corrupt at 000002.floe:64')
  })

  test('a lost segment in the middle stops reading before the gap', () => {
    const files = rolledBytes(20)
    const { ending, lastSequence } = readSegments(files.toSpliced(2, 1))
    expect(ending).toMatchObject({ kind: 'corrupt', segment: '000004.floe', offset: 0 })
    expect(lastSequence).toBeLessThan(20)
  })

  test('an incarnation that started after a torn tail or a corruption goes on from there', () => {
    const disk = new ModelledDisk()
    run(disk, 5)
    const [first] = disk.files()
    for (const damaged of [
      changed(first!, (bytes) => bytes.subarray(0, bytes.length - 3)),
      flipped(first!, first!.bytes.length - 60, 1),
      flipped(first!, 170, 1),
    ]) {
      const again = new ModelledDisk()
      const handle = again.create(damaged.name)
      again.write(handle, damaged.bytes, 0)
      again.sync(handle)
      const known = readSegments(again.files()).lastSequence
      run(again, 2)
      const history = readSegments(again.files())
      expect(history.ending.kind).toBe('clean')
      expect(sequences(again.files())).toEqual(upTo(known + 3))
      expect(history.headers.at(-1)?.incarnation).toBe(2)
    }
  })

  test('a newer format is refused by name, whatever follows', () => {
    const [file] = journalBytes([1])
    const header = decodeSegmentHeader(file!.bytes)!
    const newer = changed(file!, (bytes) => {
      bytes.set(encodeSegmentHeader({ ...header, formatVersion: FORMAT_VERSION + 1 }))
      return bytes
    })
    expect(() => readSegments([newer])).toThrow(
      expect.objectContaining({
        code: 'journal_newer_version',
        message: expect.stringContaining('000001.floe has format version 3, known: 2'),
      }),
    )
  })

  test('dates the last record from the last stamp, and knows a clean end', () => {
    const disk = new ModelledDisk()
    const modelled = run(disk, 0)
    modelled.journal.clockStamp(wallUs(5_000_000), monoNs(3_000_000_000))
    modelled.journal.engineEnd(true, monoNs(3_250_000_000))
    modelled.pump(monoNs(4_000_000_000))
    const history = readSegments(disk.files())
    expect(history.lastWallUs).toBe(5_250_000)
    expect(history.endedClean).toBe(true)
    expect(readSegments(journalBytes([2])).endedClean).toBe(false)
  })

  test('a header survives the way to bytes and back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger().map(Math.abs), fc.nat(255), (firstSequence, instance) => {
        const header = {
          formatVersion: 1,
          instance,
          incarnation: 9,
          firstSequence,
          wallUs: 1.7e15,
          nowNs: 3,
        }
        expect(decodeSegmentHeader(encodeSegmentHeader(header))).toEqual(header)
      }),
    )
  })
})

describe('modelled disk', () => {
  test('whatever the crash: all that was synced is there, and the journal goes on', () => {
    for (let seed = 0; seed < 300; seed++) {
      const prng = new Prng(seed)
      const disk = new ModelledDisk()
      let nowNs = 0
      for (let life = 0; life < 4; life++) {
        const start = { ...START, syncNs: 50, wallUs: 0, nowNs: monoNs(nowNs) }
        const modelled = new ModelledJournal(disk, start, 1 << 14)
        const steps = prng.nextInteger(0, 40)
        for (let i = 0; i < steps; i++) {
          nowNs += prng.nextInteger(1, 40)
          modelled.journal.taskNote(i, `{"life":${life}}`, monoNs(nowNs))
          if (prng.chance(0.5)) modelled.pump(monoNs(nowNs))
        }
        const synced = modelled.journal.syncedSequence
        disk.crash(prng)
        const history = readSegments(disk.files())
        expect(history.lastSequence).toBeGreaterThanOrEqual(synced)
        expect(history.lastSequence).toBeLessThanOrEqual(modelled.journal.sequence)
        expect(history.ending.kind).not.toBe('corrupt')
        expect(sequences(disk.files())).toEqual(upTo(history.lastSequence))
        expect(history.headers.length).toBe(life + 1)
      }
    }
  })

  test('a crash does lose what was not synced', () => {
    const disk = new ModelledDisk()
    const start = { ...START, syncNs: 1_000, wallUs: 0, nowNs: monoNs(0) }
    const modelled = new ModelledJournal(disk, start, 1 << 14)
    for (let i = 0; i < 20; i++) modelled.journal.taskNote(i, '{}', monoNs(i))
    modelled.pump(monoNs(20))
    expect(modelled.journal.writtenSequence).toBe(21)
    expect(modelled.journal.syncedSequence).toBe(0)
    disk.crash(new Prng(3))
    expect(readSegments(disk.files()).lastSequence).toBeLessThan(21)
  })
})

const blank = (name: string): SegmentFile => ({ name, bytes: new Uint8Array(10) })

describe('a segment without a header', () => {
  test('is a life cut off in its first moment where the journal begins or goes on', () => {
    const [first] = journalBytes([2])
    for (const files of [[blank('000001.floe')], [first!, blank('000002.floe')]]) {
      const history = readSegments(files)
      expect(history).toMatchObject({ ending: { kind: 'torn' }, headerlessCount: 1 })
    }
  })

  test('is damage where what stood before it is missing', () => {
    const { ending } = readSegments([blank('000004.floe')])
    expect(ending).toMatchObject({ kind: 'corrupt', reason: 'what stood before it is missing' })
  })
})
