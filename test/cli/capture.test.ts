import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { checkCapture, type CaptureReport } from '#cli/capture.ts'

const FIXTURE = new URL('../fixtures/captures/binance-spot-small.jsonl', import.meta.url).pathname
const LINES = readFileSync(FIXTURE, 'utf8').trimEnd().split('\n')

let directory = ''
let printed = ''

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'floe-capture-'))
  printed = ''
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed += String(text)
    return true
  })
})

afterEach(() => {
  vi.restoreAllMocks()
  rmSync(directory, { recursive: true, force: true })
})

function write(content: string | Uint8Array): string {
  const path = join(directory, 'capture')
  writeFileSync(path, content)
  return path
}

const written = (lines: readonly string[]): string => write(lines.join('\n'))

async function check(path: string): Promise<CaptureReport & { exit: number }> {
  const options = { venue: 'binance_spot', symbol: 'BTCUSDT', json: true }
  const exit = await checkCapture(path, options)
  return { ...(JSON.parse(printed) as CaptureReport), exit }
}

/** Index of the `nth` line that holds a depth diff. */
function diffLine(nth: number): number {
  return LINES.flatMap((line, i) => (line.includes('depthUpdate') ? [i] : []))[nth]!
}

const count = (what: string): number => LINES.filter((line) => line.includes(what)).length

/** The fixture's first two diffs end at or before its snapshot, and nothing is missing. */
const WHOLE = {
  exit: 0,
  ok: true,
  tick: '0.01',
  messages: LINES.length,
  depth_diffs: count('depthUpdate'),
  tickers: count('bookTicker'),
  trades: count('"e":"trade"'),
  snapshots: 1,
  refused: 0,
  book: 'live',
  diffs_dropped: 2,
  diffs_applied: count('depthUpdate') - 2,
  gaps: 0,
  mismatches: 0,
}

describe('a whole capture', () => {
  it('rebuilds the venue’s own top', async () => {
    const report = await check(FIXTURE)
    expect(report).toMatchObject(WHOLE)
    expect(report.tops_compared).toBeGreaterThan(5)
  })

  it('may be gzip', async () => {
    expect(await check(write(gzipSync(LINES.join('\n'))))).toMatchObject(WHOLE)
  })

  it('may be plain JSON lines, with blank lines and carriage returns', async () => {
    const bare = LINES.map((line) => `${line.slice(line.indexOf(' ') + 1)}\r\n\n`)
    expect(await check(write(bare.join('')))).toMatchObject(WHOLE)
  })

  it('is drawn for a person', async () => {
    const options = { venue: 'binance_spot', symbol: 'BTC/USDT', json: false }
    expect(await checkCapture(FIXTURE, options)).toBe(0)
    const applied = WHOLE.diffs_applied
    expect(printed).toContain(`live: 2 diffs dropped, ${applied} applied, 0 gaps, 0 resyncs`)
    expect(printed).toContain('compared with bookTicker at equal update ids, 0 mismatches')
  })
})

describe('a capture with a fault ends with exit code 1', () => {
  it('a missing diff is a gap', async () => {
    const lost = LINES.toSpliced(diffLine(9), 1)
    expect(await check(written(lost))).toMatchObject({ exit: 1, ok: false, gaps: 1, book: 'stale' })
  })

  it('a top that differs is a mismatch, with an example', async () => {
    const tickers = LINES.map((line) => line.replace(/"B":"\d+/, '"B":"77'))
    const report = await check(written(tickers))
    expect(report).toMatchObject({ exit: 1, gaps: 0 })
    expect(report.mismatches).toBeGreaterThan(0)
    expect(report.examples[0]).toMatch(/^update id \d+: ticker \d.*×77.*, rebuilt \d/)
  })

  it('a snapshot older than the diffs never joins them', async () => {
    const old = LINES.map((line) => line.replace(/"lastUpdateId":\d+/, '"lastUpdateId":8'))
    expect(await check(written(old))).toMatchObject({ exit: 1, book: 'syncing', diffs_applied: 0 })
  })
})

describe('what is no capture gets a clear error', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['an empty file', '', 'holds no depth snapshot'],
    ['text', 'hello\n', 'line 1 is no market message'],
    ['a number', '1700000000000000000 5', 'line 1 is no market message: an object was expected'],
    ['a cut line', `${LINES[0]!}\n${LINES[1]!.slice(0, 90)}`, 'line 2 is no market message'],
    ['no snapshot', LINES.filter((line) => !line.includes('lastUpdateId')).join('\n'), 'no depth'],
    ['a price that is no number', LINES.join('\n').replace('[["', '[["x'), 'not a plain dec'],
    ['levels that are no pairs', '{"lastUpdateId":1,"bids":[5],"asks":[]}', 'pair of decimal'],
    ['no levels', '{"lastUpdateId":1}', 'levels are missing'],
    ['an endless line', Buffer.alloc(5 << 20, 0x61), 'line 1 is longer than'],
    ['a cut gzip', gzipSync(LINES.join('\n')).subarray(0, 900), 'cannot be read to its end'],
  ])('%s', async (_name, content, message) => {
    await expect(check(write(content))).rejects.toThrow(message)
    expect(printed).toBe('')
  })

  it.each([
    ['a file that is not there', 'nowhere.gz', 'binance_spot', 'BTCUSDT', 'cannot be opened'],
    ['an unknown venue', FIXTURE, 'nyse', 'BTCUSDT', '--venue nyse: captures of binance_spot'],
    ['another symbol', FIXTURE, 'binance_spot', 'ETHUSDT', 'holds BTCUSDT'],
  ])('%s', async (_name, path, venue, symbol, message) => {
    await expect(checkCapture(path, { venue, symbol, json: true })).rejects.toThrow(message)
  })

  it('several symbols: their snapshots could not be told apart', async () => {
    const other = LINES.map((line) => line.replaceAll('BTCUSDT', 'ETHUSDT'))
    await expect(check(written([...LINES, ...other]))).rejects.toThrow('does not name its symbol')
  })
})
