// Whatever is wrong with what `floe run` is given, it says so in one message that names the thing
// and the fix, ends with the right code, loses nothing and leaves no process behind.
import { createServer, type AddressInfo } from 'node:net'
import { writeFileSync, readFileSync, truncateSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { EngineProcess, untilOrders } from '../recovery/engine-process.ts'
import {
  expectFilled,
  expectNothingOpen,
  expectNothingRuns,
  journalSegments,
  ledgerAtEnd,
  rewriteRun,
  run,
  writeRun,
  type RunFiles,
  type Written,
} from './run-rig.ts'

const task = (written: Written): Record<string, unknown> => written.tasks[0]!

describe.concurrent('a configuration that is wrong ends with code 2', () => {
  it.each([
    [
      'an unknown key',
      (w: Written) => (w['statedir'] = './x'),
      /floe\.yaml:\d+:\d+: statedir: found an unknown key, .*did you mean state_dir\?/,
    ],
    [
      'an unknown parameter',
      (w: Written) => (task(w)['ofset_ticks'] = 1),
      /floe\.yaml:\d+:\d+: task sell-1: ofset_ticks: found an unknown .* mean offset_ticks\?/,
    ],
    [
      'a missing parameter',
      (w: Written) => delete task(w)['order_quantity'],
      /floe\.yaml:\d+:\d+: task sell-1: order_quantity: found nothing, allowed a quoted decimal/,
    ],
    [
      'a missing side',
      (w: Written) => delete task(w)['side'],
      /floe\.yaml:\d+:\d+: tasks\[0\]\.side: found nothing, allowed buy or sell/,
    ],
    [
      'a quantity that is no text',
      (w: Written) => (task(w)['total_quantity'] = 1),
      /floe\.yaml:\d+:\d+: task sell-1: total_quantity: found 1, allowed a quoted decimal/,
    ],
    [
      'a bare number for a duration',
      (w: Written) => (task(w)['reprice_interval'] = 250),
      /floe\.yaml:\d+:\d+: task sell-1: reprice_interval: found 250, allowed .* with a unit: 250ms/,
    ],
    [
      'a total below the smallest quantity',
      (w: Written) => (task(w)['total_quantity'] = task(w)['order_quantity'] = '0.000001'),
      /sell-1: total_quantity 0\.000001 is below the venue's minimum of BTC\/USDT; raise it/,
    ],
    [
      'a symbol that is not listed',
      (w: Written) => (task(w)['symbol'] = 'DOGE/USDT'),
      /DOGE\/USDT does not exist on binance_spot; correct the symbol/,
    ],
  ])('%s', async (_, change, message) => {
    const files = writeRun('config', (written) => void change(written))
    const { code, output } = await run(files)
    expect(output).toMatch(message)
    expect(output.match(/^floe: /gm)).toHaveLength(1)
    expect(code).toBe(2)
    await expectNothingRuns(files)
  })
})

describe.concurrent('a machine that is not as it should be ends with code 1', () => {
  it('a control port that another program has', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const { port } = other.address() as AddressInfo
    const files = writeRun('port', (written) => (written['control'] = { port }))
    const { code, output } = await run(files)
    other.close()
    expect(output).toContain(`control.port ${port} is in use on 127.0.0.1; choose another`)
    expect(code).toBe(1)
    await expectNothingRuns(files)
  })

  it('a state directory that cannot be made', async () => {
    const files = writeRun('state')
    const blocked = join(dirname(files.config), 'file')
    writeFileSync(blocked, '')
    const { code, output } = await run(
      rewriteRun(files, (written) => (written.state_dir = join(blocked, 'state'))),
    )
    expect(output).toMatch(/^floe: .*file.state.*\n$/)
    expect(code).toBe(1)
  })

  it('a report that cannot be written, before anything trades', async () => {
    const files = writeRun('report')
    const { code, output } = await run(files, '--json', join(files.stateDir, 'no', 'report.json'))
    expect(output).toMatch(/--json: cannot write .*report\.json/)
    expect(output).not.toContain('venues:')
    expect(code).toBe(1)
  })

  it('a second engine on the same state directory, which leaves the first alone', async () => {
    const files = writeRun('second', (written) => {
      task(written)['total_quantity'] = '2'
    })
    const first = new EngineProcess(files.config)
    expect(await untilOrders(first, files.stateDir, 0), first.output).toBe(true)
    const { code, output } = await run(files)
    expect(output).toMatch(/^floe: state_dir .* is in use by another engine \(pid \d+\): stop it/m)
    expect(code).toBe(1)
    expect(first.hasExited).toBe(false)
    await first.kill('SIGINT')
    expectNothingOpen(await ledgerAtEnd(files))
  })
})

describe.concurrent('what the venue cannot do is told by the task, code 3', () => {
  it('a total below the smallest notional', async () => {
    const files = writeRun('notional', (written) => {
      task(written)['total_quantity'] = task(written)['order_quantity'] = '0.00002'
    })
    const { code, output } = await run(files)
    expect(output).toContain("sell-1: total_quantity is below the venue's minimum order; raise it")
    expect(code).toBe(3)
  })

  it('too little balance at the start', async () => {
    const files = writeRun(
      'poor',
      (w) => (w.sim.venues.binance_spot.balances['main']!['BTC'] = '0.01'),
    )
    const { code, output } = await run(files)
    expect(output).toMatch(/sell-1: insufficient balance: 0\.01 BTC free, 0\.06 BTC needed; fund/)
    expect(code).toBe(3)
    await expectNothingRuns(files)
  })

  it('too little balance in mid-run, because another task spent it', async () => {
    const files = writeRun('poorer', (w) => {
      w.sim.venues.binance_spot.balances['main']!['BTC'] = '0.1'
      Object.assign(task(w), { total_quantity: '0.08', max_halt: '1s', auto_recover: false })
      w.tasks.push({ ...task(w), id: 'sell-2' })
    })
    const { code, output } = await run(files)
    expect(output).toMatch(/warn: task\.suspended: .*insufficient_balance/)
    expect(output).toMatch(/^sell-\d: insufficient_balance$/m)
    expect(code).toBe(3)
    expectNothingOpen(await ledgerAtEnd(files))
  })
})

describe.concurrent('a journal', () => {
  it('of a newer version is refused by name', async () => {
    const files = await stoppedMidway('newer')
    makeNewer(journalSegments(files)[0]!)
    const { code, output } = await run(files)
    expect(output).toMatch(/^floe: .*format version 99/m)
    expect(code).toBe(1)
  })

  it('whose first header is damaged is not begun on top of', async () => {
    const files = await stoppedMidway('headless')
    const [segment] = journalSegments(files)
    flipBit(segment!, 20)
    const { code, output } = await run(files)
    expect(output).toMatch(/^floe: .*no task that can be read .*its header is damaged.*--fresh/m)
    expect(code).toBe(1)
  })

  it.each([
    ['with a flipped bit', (path: string) => flipBit(path, Math.floor(statSync(path).size * 0.6))],
    ['cut off behind its header', (path: string) => truncateSync(path, 64)],
    ['cut off within its header', (path: string) => truncateSync(path, 10)],
    [
      'cut in the middle of a record',
      (path: string) => truncateSync(path, Math.floor(statSync(path).size * 0.6)),
    ],
  ])('%s is read up to there, and the venue tells the rest', async (_, spoil) => {
    const files = await stoppedMidway('damaged')
    spoil(journalSegments(files).at(-1)!)
    const { code, output } = await run(files)
    expect(output).toMatch(/continuing 1 unfinished task.*journal: |new run; .* broke off/)
    expect(code, output).toBe(0)
    expectFilled(await ledgerAtEnd(files), '0.16')
  })

  it('with other parameters than the file is not guessed about', async () => {
    const files = await stoppedMidway('changed')
    rewriteRun(files, (w) => {
      task(w)['total_quantity'] = '0.18'
    })
    const refused = await run(files)
    expect(refused.output).toMatch(
      /task sell-1 .*total_quantity \(journal "0\.16", file "0\.18"\).*--update.*--fresh/,
    )
    expect(refused.code).toBe(2)
    const updated = await run(files, '--update')
    expect(updated.code, updated.output).toBe(0)
    expectFilled(await ledgerAtEnd(files), '0.18')
    rewriteRun(files, () => undefined)
    const fresh = await run(files, '--fresh')
    expect(fresh.output).toMatch(/floe sim: new run; the earlier one is archived in .*runs/)
    expect(fresh.code).toBe(0)
  })
})

/** A run that was interrupted with a part of its 0.16 filled. */
async function stoppedMidway(name: string): Promise<RunFiles> {
  const files = writeRun(name, (w) => {
    task(w)['total_quantity'] = '0.16'
  })
  const engine = new EngineProcess(files.config)
  expect(await untilOrders(engine, files.stateDir, 2), engine.output).toBe(true)
  await engine.kill('SIGKILL')
  return files
}

function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path)
  bytes[at] = bytes[at]! ^ 0x10
  writeFileSync(path, bytes)
}

/** The header says so itself, checksum included: another program wrote it, nothing is damaged. */
function makeNewer(path: string): void {
  const bytes = readFileSync(path)
  bytes.writeUInt32LE(99, 8)
  bytes.writeUInt32LE(crc32(bytes.subarray(16, 64), crc32(bytes.subarray(0, 12))), 12)
  writeFileSync(path, bytes)
}
