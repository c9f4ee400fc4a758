import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { monoNs } from '#core/units.ts'
import { VirtualClock } from '#core/virtual-clock.ts'
import { DiskState } from '#journal/journal-ring.ts'
import { openJournal, type JournalHost } from '#journal/journal-host.ts'
import { readSegments } from '#journal/reader.ts'
import { journalDirectory, readJournalAt, segmentFiles } from '#journal/state-dir.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'

const WRITER = fileURLToPath(new URL('./journal-writing-process.ts', import.meta.url))
const FACTS = { configHash: 'c0ffee', mode: 'sim' }

function temporaryDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'floe-state-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function open(stateDir: string, instance = 7): Promise<JournalHost> {
  return openJournal(stateDir, {
    instance,
    clock: new VirtualClock(Date.UTC(2026, 10, 21, 10, 15) * 1_000),
    spawnJournalWorker: (data) => spawnWorker('journal', data),
  })
}

const history = (stateDir: string) => readSegments(segmentFiles(journalDirectory(stateDir)))
const refusal = (code: string, words: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(words) })

/** Starts the writing process; `lines` fills with what it says. */
function startWriter(stateDir: string): { child: ChildProcess; lines: string[] } {
  const child = spawn(process.execPath, [WRITER, stateDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines: string[] = []
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  return { child, lines }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5))
}

const lastNumber = (lines: readonly string[], word: string): number =>
  Number(lines.findLast((line) => line.startsWith(word))?.split(' ')[1] ?? 0)

describe('journal host', () => {
  test('writes on its own thread, ends clean, and goes on with the next incarnation', async () => {
    const stateDir = temporaryDir()
    for (let life = 1; life <= 3; life++) {
      const host = await open(stateDir)
      expect(host.history.endedClean).toBe(life > 1)
      const journal = host.start(FACTS)
      expect(host.incarnation).toBe(life)
      expect(history(stateDir).headers.at(-1)).toMatchObject({ incarnation: life, instance: 7 })
      for (let i = 0; i < 1_000; i++) journal.taskNote(i, '{}', monoNs(i))
      await until(() => journal.syncedSequence === journal.sequence)
      expect(await host.close(true, monoNs(2_000))).toBe(true)
      const kinds = [...history(stateDir).records()].map((record) => record.kind)
      expect(kinds.length).toBe(life * 1_002)
      expect(kinds.at(-1)).toBe('engine_end')
    }
  })

  test('kill -9 at any moment: all that was acknowledged as synced is there', async () => {
    const stateDir = temporaryDir()
    let lastSequence = 0
    for (let kill = 1; kill <= 6; kill++) {
      const { child, lines } = startWriter(stateDir)
      const exit = once(child, 'exit')
      const known = lastSequence
      await until(() => lastNumber(lines, 'synced') > known)
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 60))
      child.kill('SIGKILL')
      await exit
      const read = history(stateDir)
      expect(lastNumber(lines, 'incarnation')).toBe(kill)
      expect(read.lastSequence).toBeGreaterThanOrEqual(lastNumber(lines, 'synced'))
      expect(read.lastSequence).toBeGreaterThan(lastSequence)
      expect(read.ending.kind).not.toBe('corrupt')
      let expected = 1
      for (const record of read.records()) expect(record.sequence).toBe(expected++)
      lastSequence = read.lastSequence
    }
  })

  test('a second engine is refused with the pid of the first, until that is dead', async () => {
    const stateDir = temporaryDir()
    const { child, lines } = startWriter(stateDir)
    await until(() => lines.length > 0)
    await expect(open(stateDir)).rejects.toThrow(
      refusal('state_dir_locked', `another engine (pid ${child.pid})`),
    )
    child.stdin?.write('end\n')
    await once(child, 'exit')
    expect(lines.at(-1)).toBe(`closed true ${history(stateDir).lastSequence}`)
    const host = await open(stateDir)
    await expect(open(stateDir)).rejects.toThrow(refusal('state_dir_locked', stateDir))
    await host.close(false, monoNs(0))
  })

  test('a state directory that cannot be: named with the fix', async () => {
    const file = join(temporaryDir(), 'a-file')
    writeFileSync(file, '')
    const stateDir = join(file, 'state')
    await expect(open(stateDir)).rejects.toThrow(refusal('state_dir_unwritable', stateDir))
    await expect(open('/proc/floe')).rejects.toThrow(refusal('state_dir_unwritable', '/proc/floe'))
  })

  test('a journal of another instance is refused, and the lock is given back', async () => {
    const stateDir = temporaryDir()
    const first = await open(stateDir)
    first.start(FACTS)
    await first.close(true, monoNs(0))
    const words = 'written by instance 7, this engine is instance 8'
    await expect(open(stateDir, 8)).rejects.toThrow(refusal('journal_other_instance', words))
    await (await open(stateDir)).close(true, monoNs(0))
  })

  test('archived runs keep their records, and incarnations go on without them', async () => {
    const stateDir = temporaryDir()
    const runs: string[] = []
    for (let life = 1; life <= 3; life++) {
      const host = await open(stateDir)
      if (life > 1) runs.push(host.archive())
      expect(host.history.lastSequence).toBe(0)
      expect(host.start(FACTS).sequence).toBe(1)
      expect(host.incarnation).toBe(life)
      await host.close(true, monoNs(0))
    }
    expect(readdirSync(join(stateDir, 'runs'))).toEqual(['20261121T101500Z', '20261121T101500Z-2'])
    for (const run of runs) expect(readJournalAt(run).lastSequence).toBe(2)
    expect(readJournalAt(stateDir).headers[0]?.incarnation).toBe(3)
    rmSync(join(stateDir, 'incarnation'))
    rmSync(journalDirectory(stateDir), { recursive: true })
    const host = await open(stateDir)
    host.start(FACTS)
    expect(host.incarnation).toBe(3)
    await host.close(true, monoNs(0))
  })

  test('a damaged header hides no incarnation: ids are never used twice', async () => {
    const stateDir = temporaryDir()
    for (let life = 1; life <= 2; life++) {
      const host = await open(stateDir)
      host.start(FACTS)
      await host.close(true, monoNs(0))
    }
    truncateSync(join(journalDirectory(stateDir), '000002.floe'), 10)
    rmSync(join(stateDir, 'incarnation'))
    const host = await open(stateDir)
    host.start(FACTS)
    expect(host.incarnation).toBe(3)
    expect(existsSync(join(journalDirectory(stateDir), '000003.floe'))).toBe(true)
    await host.close(true, monoNs(0))
  })

  test('a folder without a journal is an error that says what to name', () => {
    const empty = temporaryDir()
    expect(() => readJournalAt(empty)).toThrow(refusal('journal_missing', empty))
  })

  test.each([
    ['a writer that died', { ring: new SharedArrayBuffer(8) }],
    ['a disk that fails to the end', { directory: '/proc/floe' }],
  ])('%s: no orders, and closing says that records are lost', async (_, broken) => {
    const host = await openJournal(temporaryDir(), {
      instance: 7,
      clock: new VirtualClock(0),
      spawnJournalWorker: (data) => spawnWorker('journal', { ...data, ...broken }),
    })
    const journal = host.start(FACTS)
    await until(() => journal.diskState === DiskState.Failing)
    expect(journal.admitsOrders).toBe(false)
    expect(await host.close(true, monoNs(0))).toBe(false)
  })
})
