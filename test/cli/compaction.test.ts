// Snapshots of a journal on a real disk: by hand, at a start, and beside an engine that goes on.
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { JOURNAL_TAIL_RECORDS_MAX } from '#core/limits.ts'
import { RealClock } from '#core/real-clock.ts'
import { monoNs } from '#core/units.ts'
import type { JournalHost } from '#journal/journal-host.ts'
import { openJournal } from '#journal/journal-host.ts'
import { readSegments } from '#journal/reader.ts'
import { journalDirectory, segmentFiles, segmentNames } from '#journal/state-dir.ts'
import { Past } from '#loop/past.ts'
import { snapshotOfPast } from '#loop/snapshot.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'
import { compactIfLong, PiscinaCompactor } from '../../src/cli/compaction.ts'
import { floe } from './command-line.ts'

/** So that a second of writing fills several. */
const SEGMENT_BYTES = 1 << 19
const FACTS = { configHash: 'c0ffee', mode: 'sim' }

function stateDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'floe-compaction-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function open(stateDir: string, segmentBytes?: number): Promise<JournalHost> {
  return openJournal(stateDir, {
    instance: 4,
    clock: new RealClock(),
    spawnJournalWorker: (data) =>
      spawnWorker('journal', segmentBytes === undefined ? data : { ...data, segmentBytes }),
    createCompactor: () => new PiscinaCompactor(),
  })
}

/** One life with so many notes of a task, each as long as asked. */
async function live(host: JournalHost, notes: number, noteBytes = 10): Promise<void> {
  const journal = host.start(FACTS)
  journal.taskCreated({ task: 0, id: 't0', type: 'iceberg', parameters: '{}' }, monoNs(1))
  const text = 'x'.repeat(noteBytes)
  for (let i = 0; i < notes; i++) {
    while (journal.taskNote(0, JSON.stringify({ i, text }), monoNs(i)) !== 0) await sleep(1)
  }
  await until(() => journal.syncedSequence === journal.sequence)
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5)
}

const historyOf = (stateDir: string) => readSegments(segmentFiles(journalDirectory(stateDir)))
const factsOf = (stateDir: string) => snapshotOfPast(new Past(historyOf(stateDir)))

describe('a journal on disk', () => {
  it('is compacted by hand, and says what that saved', async () => {
    const stateDir = stateDirectory()
    for (let life = 0; life < 3; life++) {
      const host = await open(stateDir)
      await live(host, 500)
      await host.close(false, monoNs(1e6))
    }
    const before = factsOf(stateDir)
    const done = await floe('journal', stateDir, '--compact')
    expect(done.err).toBe('')
    expect(done.out).toMatch(/^a snapshot of \d+ records, .* stands for 1509 records in 3 segments/)
    expect(segmentNames(journalDirectory(stateDir))).toEqual(['000003.floe'])
    expect(factsOf(stateDir)).toEqual(before)
    const printed = await floe('journal', stateDir)
    expect(printed.out).toContain('snapshot_begin covered_sequence=1509')
    expect(printed.code).toBe(0)
    const host = await open(stateDir)
    host.start(FACTS)
    expect(host.incarnation).toBe(4)
    await host.close(true, monoNs(1))
    expect(historyOf(stateDir)).toMatchObject({ lastSequence: 1_511, incarnationFirst: 1 })
  })

  it('is left alone while an engine holds it, and so are archived runs', async () => {
    const stateDir = stateDirectory()
    const host = await open(stateDir)
    await live(host, 3)
    const held = await floe('journal', stateDir, '--compact')
    expect(held.err).toContain('in use by another engine')
    expect(held.code).toBe(1)
    await host.close(true, monoNs(5))
    const again = await open(stateDir)
    const run = again.archive()
    await again.close(true, monoNs(0))
    const archived = await floe('journal', run, '--compact')
    expect(archived.err).toContain('archived runs are left whole')
    expect(readdirSync(run)).toEqual(['000001.floe'])
  })

  it('is compacted at a start once it is long, and not again before it has grown', async () => {
    const stateDir = stateDirectory()
    const first = await open(stateDir)
    await live(first, JOURNAL_TAIL_RECORDS_MAX)
    await first.close(false, monoNs(1e9))
    const second = await open(stateDir)
    expect(compactIfLong(second, new Past(second.history))).toContain('stands for 200')
    await live(second, 5)
    await second.close(false, monoNs(1e9))
    const third = await open(stateDir)
    expect(compactIfLong(third, new Past(third.history))).toBe('')
    expect(new Past(third.history).tasks.get(0)?.note).toMatchObject({ i: 4 })
    await third.close(false, monoNs(0))
  })

  it('is cleared of what deaths have left of compactions', async () => {
    const stateDir = stateDirectory()
    const directory = journalDirectory(stateDir)
    for (let life = 0; life < 2; life++) {
      const host = await open(stateDir)
      await live(host, 3)
      await host.close(false, monoNs(9))
    }
    const kept = join(stateDir, 'kept')
    copyFileSync(join(directory, '000001.floe'), kept)
    await floe('journal', stateDir, '--compact')
    copyFileSync(kept, join(directory, '000001.floe'))
    copyFileSync(kept, join(directory, '000007.floe.new'))
    const host = await open(stateDir)
    expect(host.history.leftovers).toEqual(['000001.floe'])
    host.start(FACTS)
    expect(readdirSync(directory).toSorted()).toEqual(['000002.floe', '000003.floe'])
    await host.close(true, monoNs(0))
  })

  it('is compacted beside a running engine when a segment is full', async () => {
    const stateDir = stateDirectory()
    const directory = journalDirectory(stateDir)
    const host = await open(stateDir, SEGMENT_BYTES)
    await live(host, 3_200, 1_000)
    await until(() => segmentNames(directory).length <= 2)
    expect(await host.close(true, monoNs(1e9))).toBe(true)
    const history = historyOf(stateDir)
    expect(history).toMatchObject({ ending: { kind: 'clean' }, endedClean: true, leftovers: [] })
    expect(history.snapshot).not.toBeNull()
    expect(history.recordCount).toBeLessThan(3_200)
    expect(new Past(history).tasks.get(0)?.note).toMatchObject({ i: 3_199 })
    const notices = [...history.records()].filter(({ kind }) => kind === 'notice')
    expect(notices).toMatchObject(notices.map(() => ({ code: 'journal_compacted' })))
  })
})
