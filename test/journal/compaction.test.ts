import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Prng } from '#core/prng.ts'
import { monoNs } from '#core/units.ts'
import {
  compactionHindrance,
  compactionText,
  compactSegments,
  type Compaction,
} from '#journal/compaction.ts'
import { ModelledDisk, ModelledJournal, PowerCut } from '#journal/modelled-disk.ts'
import { readSegments, recordsSinceSnapshot, type SegmentFile } from '#journal/reader.ts'
import { Past } from '#loop/past.ts'
import { snapshotOf, snapshotOfPast } from '#loop/snapshot.ts'
import { RandomPast } from '../loop/random-past.ts'
import { WrittenJournal } from './written-journal.ts'

/** A journal of several lives and segments, the last of them closed. */
function written(seed: number, steps: number): WrittenJournal {
  const journal = new WrittenJournal()
  const past = new RandomPast(seed, journal)
  for (let step = 0; step < steps; step++) {
    past.step()
    if (step % 40 === 39) journal.roll()
  }
  journal.flush()
  return journal
}

const factsOf = (files: readonly SegmentFile[]) => snapshotOfPast(new Past(readSegments(files)))

function compact(disk: ModelledDisk): Compaction | null {
  return compactSegments(disk, disk.files(), readSegments(disk.files()), snapshotOf)
}

function segmentsOf(disk: ModelledDisk): string[] {
  return disk.files().map(({ name }) => name)
}

/** Every place of a file with a snapshot damaged, one after the other. */
function flipped(file: SegmentFile, at: number, bit: number): SegmentFile {
  const bytes = file.bytes.slice()
  bytes[at]! ^= 1 << bit
  return { name: file.name, bytes }
}

describe('compaction', () => {
  test('leaves one segment in the place of the last, and the journal goes on behind it', () => {
    const journal = written(1, 200)
    const { disk, sequence } = journal
    const before = readSegments(disk.files())
    const facts = factsOf(disk.files())
    const done = compact(disk)
    expect(done).toMatchObject({ recordsBefore: sequence })
    expect(compactionText(done!)).toMatch(
      /^a snapshot of \d+ records, .* stands for \d+ records in/,
    )
    expect(segmentsOf(disk)).toEqual([journal.lastName])
    const history = readSegments(disk.files())
    expect(history).toMatchObject({
      lastSequence: sequence,
      lastSegmentNumber: before.lastSegmentNumber,
      incarnationFirst: 1,
      ending: { kind: 'clean' },
    })
    expect(recordsSinceSnapshot(history)).toBe(0)
    expect(factsOf(disk.files())).toEqual(facts)
    journal.roll()
    journal.add('clock_stamp', { wallUs: 1.8e15 }, 1e15)
    journal.flush()
    const after = readSegments(disk.files())
    expect(after).toMatchObject({ lastSequence: sequence + 1, ending: { kind: 'clean' } })
    expect(recordsSinceSnapshot(after)).toBe(1)
  })

  test('death at any instant leaves all segments or the snapshot', () => {
    const anywhere = fc.tuple(fc.nat(20), fc.integer({ min: 0, max: 16 }), fc.nat(1_000_000))
    let deaths = 0
    let replaced = 0
    fc.assert(
      fc.property(anywhere, ([seed, operations, crashSeed]) => {
        const { disk, sequence } = written(seed, 130)
        const facts = factsOf(disk.files())
        disk.cutPowerIn(operations)
        try {
          compact(disk)
        } catch (thrown) {
          if (!(thrown instanceof PowerCut)) throw thrown
          deaths++
        }
        disk.crash(new Prng(crashSeed))
        const history = readSegments(disk.files())
        expect(history).toMatchObject({ lastSequence: sequence, ending: { kind: 'clean' } })
        expect(factsOf(disk.files())).toEqual(facts)
        if (history.snapshot !== null) replaced++
        // The next start clears up, and whatever it then does finds the same facts.
        const start = { instance: 1, syncNs: 0, configHash: '', mode: 'sim', wallUs: 1.8e15 }
        const snapshots = { every: 0, snapshotOf }
        const next = new ModelledJournal(disk, { ...start, nowNs: monoNs(0), snapshots }, 1 << 14)
        expect(snapshotOfPast(new Past(next.history))).toEqual(facts)
        const names = segmentsOf(disk)
        expect(names.every((name) => name.endsWith('.floe'))).toBe(true)
        expect(names.length).toBe(2)
      }),
      { numRuns: 80 },
    )
    expect(deaths).toBeGreaterThan(25)
    expect(replaced).toBeGreaterThan(5)
  })

  test('a full disk costs the snapshot and nothing else', () => {
    const { disk, lastName } = written(3, 130)
    const names = segmentsOf(disk)
    const facts = factsOf(disk.files())
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC', errno: -28 })
    const refusing = new Proxy(disk, {
      get: (target, key) => {
        if (key === 'write')
          return () => {
            throw full
          }
        const value: unknown = Reflect.get(target, key)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
    const files = disk.files()
    expect(() => compactSegments(refusing, files, readSegments(files), snapshotOf)).toThrow(full)
    expect(segmentsOf(disk)).toEqual(names)
    expect(names.at(-1)).toBe(lastName)
    expect(factsOf(disk.files())).toEqual(facts)
  })

  test('a snapshot that does not read back as it was taken replaces nothing', () => {
    const { disk } = written(3, 100)
    const names = segmentsOf(disk)
    let calls = 0
    const forgetful: typeof snapshotOf = (history) => {
      const facts = snapshotOf(history)
      return calls++ === 0 ? facts : (facts?.slice(1) ?? null)
    }
    const history = readSegments(disk.files())
    expect(() => compactSegments(disk, disk.files(), history, forgetful)).toThrow(
      expect.objectContaining({ code: 'snapshot_unfaithful' }),
    )
    expect(segmentsOf(disk)).toEqual(names)
  })

  test('what is damaged is left as it is, for a person to look at', () => {
    const { disk } = written(5, 130)
    const files = disk.files()
    const damaged = readSegments(files.with(1, flipped(files[1]!, 200, 1)))
    expect(compactionHindrance(damaged)).toBe('it is damaged')
    expect(compactSegments(disk, files, damaged, snapshotOf)).toBeNull()
    expect(compactionHindrance(readSegments([]))).toBe('it holds no records')
    expect(segmentsOf(disk)).toEqual(files.map(({ name }) => name))
  })
})

describe('a journal that begins with a snapshot', () => {
  const { disk, sequence } = (() => {
    const journal = written(9, 60)
    compact(journal.disk)
    journal.roll()
    journal.add('task_note', { task: 0, note: '{"n":1}' }, 1e15)
    journal.add('task_note', { task: 0, note: '{"n":2}' }, 1e15)
    journal.flush()
    return journal
  })()
  const [snapshot, tail] = disk.files()
  const whole = [...readSegments(disk.files()).records()]

  test('any bit flipped: nothing thrown or invented, the place is told', () => {
    for (const [which, file] of [snapshot!, tail!].entries()) {
      for (let at = 0; at < file.bytes.length; at++) {
        const damaged = disk.files().with(which, flipped(file, at, at % 8))
        const history = readSegments(damaged)
        const records = [...history.records()]
        expect(records).toEqual(which === 0 ? [] : whole.slice(0, records.length))
        expect(records.length).toBeLessThan(whole.length)
        expect(history.ending).toMatchObject({ segment: file.name })
        if (which === 0) expect(history.ending.kind).toBe('corrupt')
      }
    }
  })

  test('cut anywhere: a snapshot is whole or nothing, the tail is read as far as it goes', () => {
    for (let length = 0; length < snapshot!.bytes.length; length++) {
      const cut = { name: snapshot!.name, bytes: snapshot!.bytes.subarray(0, length) }
      const alone = readSegments([cut])
      expect([...alone.records()]).toEqual([])
      expect(alone).toMatchObject({ lastSequence: 0, ending: { kind: 'corrupt' } })
      expect([...readSegments([cut, tail!]).records()]).toEqual([])
    }
    for (let length = 0; length < tail!.bytes.length; length++) {
      const cut = { name: tail!.name, bytes: tail!.bytes.subarray(0, length) }
      const history = readSegments([snapshot!, cut])
      const records = [...history.records()]
      expect(records).toEqual(whole.slice(0, records.length))
      expect(history.lastSequence).toBe(sequence - (whole.length - records.length))
      expect(history.ending.kind).not.toBe('corrupt')
    }
  })

  test('segments that a death has left before it mean nothing', () => {
    const older = written(9, 60)
      .disk.files()
      .filter(({ name }) => name < snapshot!.name)
    expect(older.length).toBeGreaterThan(0)
    const history = readSegments([...older, ...disk.files()])
    expect([...history.records()]).toEqual(whole)
    expect(history.leftovers).toEqual(older.map(({ name }) => name))
  })
})
