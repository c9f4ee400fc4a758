import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { RingConsumer, SharedRing } from '#core/shared-ring.ts'
import { monoNs } from '#core/units.ts'
import { LogFile, logLine } from '#log/log-file.ts'
import { openLog } from '#log/log-host.ts'
import { readNotice } from '#log/notice-layout.ts'
import { NoticeLog } from '#log/notice-log.ts'
import { spawnWorker } from '#loop/spawn-worker.ts'

const now = monoNs(5)

function temporaryDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'floe-log-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function linesOf(path: string): Record<string, unknown>[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>)
}

describe('notice log', () => {
  test('a notice crosses the ring as it was said', () => {
    const ring = SharedRing.allocate(4_096)
    const log = new NoticeLog(ring)
    log.notice('alarm', 'book_gap', 'BTCUSDT: 3 Δ missing\n"quoted"', now)
    const consumer = new RingConsumer(ring)
    const offset = consumer.next()
    expect(readNotice(ring, offset, consumer.bodyBytes)).toEqual({
      level: 'alarm',
      code: 'book_gap',
      text: 'BTCUSDT: 3 Δ missing\n"quoted"',
      nowNs: 5,
    })
  })

  test('remembers the newest and counts every code', () => {
    const log = new NoticeLog(SharedRing.allocate(1 << 16))
    for (let i = 0; i < 40; i++) log.notice('info', i % 2 ? 'odd' : 'even', `${i}`, now)
    expect(log.latest.length).toBe(32)
    expect(log.latest.at(-1)).toEqual({ level: 'info', code: 'odd', text: '39', nowNs: 5 })
    expect([...log.countByCode]).toEqual([
      ['even', 20],
      ['odd', 20],
    ])
  })

  test('a full ring costs lines of the file, never the status line', () => {
    const log = new NoticeLog(SharedRing.allocate(16_384))
    for (let i = 0; i < 10; i++) log.notice('info', 'long', 'x'.repeat(5_000), now)
    expect(log.droppedCount).toBeGreaterThan(0)
    expect(log.latest.length).toBe(10)
    expect(log.latest[0]?.text.length).toBe(2_000)
  })

  test('secrets never leave it, whoever quotes them', () => {
    const ring = SharedRing.allocate(4_096)
    const log = new NoticeLog(ring)
    log.hide('s3cr3t-key')
    log.hide('the')
    log.notice('warn', 'auth', 'the venue refused apiKey=s3cr3t-key&x, s3cr3t-key', now)
    expect(log.latest[0]?.text).toBe('the venue refused apiKey=[redacted]&x, [redacted]')
    expect(Buffer.from(ring.bytes).toString('latin1')).not.toContain('s3cr3t')
  })
})

describe('log file', () => {
  test('the desk worker writes every notice as a JSON line with the time of day', async () => {
    const directory = temporaryDir()
    const { log, close } = openLog(directory, (data) => spawnWorker('desk', data))
    const before = new Date().toISOString()
    for (let i = 0; i < 1_000; i++) log.notice('warn', 'reconnect', `attempt ${i} ✓`, now)
    await close()
    const lines = linesOf(join(directory, 'floe.log'))
    expect(lines.length).toBe(1_000)
    expect(lines[999]).toMatchObject({ level: 'warn', code: 'reconnect', text: 'attempt 999 ✓' })
    expect(String(lines[0]?.time) >= before).toBe(true)
  })

  test('a log that cannot be written holds nothing up', async () => {
    const { log, close } = openLog(join(temporaryDir(), 'missing'), (d) => spawnWorker('desk', d))
    log.notice('info', 'started', 'hello', now)
    await close()
    expect(log.latest.length).toBe(1)
  })

  test('a file that has grown too large makes room for a new one', () => {
    const path = join(temporaryDir(), 'floe.log')
    const line = logLine({ level: 'info', code: 'a', text: 'b', nowNs: now }, 0)
    for (let i = 0; i < 3; i++) new LogFile(path, 100).append(line)
    expect(linesOf(`${path}.1`).length).toBe(2)
    expect(linesOf(path)).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'info', code: 'a', text: 'b' },
    ])
  })
})
