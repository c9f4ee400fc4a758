import { mkdtempSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RealClock } from '#core/real-clock.ts'
import { monoNs } from '#core/units.ts'
import { openJournal } from '#journal/journal-host.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'
import { floe } from './command-line.ts'

let stateDir: string
beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'floe-journal-'))
  const host = await openJournal(stateDir, {
    instance: 1,
    clock: new RealClock(),
    spawnJournalWorker: (data) => spawnWorker('journal', data),
  })
  const journal = host.start({ configHash: 'c0ffee', mode: 'sim' })
  for (let i = 0; i < 2_500; i++) journal.taskNote(0, `{"n":${i}}`, monoNs(i))
  await host.close(true, monoNs(3_000))
})
afterAll(() => {
  rmSync(stateDir, { recursive: true })
})

it('prints every record, a line each', async () => {
  const { code, out } = await floe('journal', stateDir)
  const lines = out.trim().split('\n')
  expect(lines).toHaveLength(2_502)
  expect(lines[0]).toMatch(/^ *1 \d+\.\d+s engine_start .*c0ffee/)
  expect(lines.at(-1)).toMatch(/engine_end clean=true$/)
  expect(code).toBe(0)
})

it('prints the same as JSON documents', async () => {
  const { out } = await floe('journal', join(stateDir, 'journal'), '--json')
  const records = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(records[1]).toMatchObject({ kind: 'task_note', sequence: 2, task: 0, note: { n: 0 } })
})

it('says so when a journal is cut short, and when there is none', async () => {
  truncateSync(join(stateDir, 'journal', '000001.floe'), 1_000)
  const cut = await floe('journal', stateDir)
  expect(cut.err).toMatch(/torn tail at 000001\.floe:\d+/)
  expect(cut.code).toBe(0)
  const none = await floe('journal', tmpdir())
  expect(none.err).toContain('holds no journal')
  expect(none.code).toBe(1)
})
