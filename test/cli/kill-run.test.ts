// The kill switch over real processes and sockets: by command, file and signal, with an engine and
// without. What counts is the venue's own ledger.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { endVenues } from '../../src/cli/venue-process.ts'
import { EngineProcess } from '../recovery/engine-process.ts'
import {
  onlyTheStrangerIsOpen,
  openIds,
  orderCount,
  placeOrder,
  startStanding,
  STRANGER,
  writeStandingRun,
} from '../watchdog/trading-rig.ts'
import { idOf } from '../watchdog/fake-rescue.ts'
import { floe } from './command-line.ts'
import { eventually, type RunFiles } from './run-rig.ts'

let files: RunFiles
let engine: EngineProcess

beforeEach(async () => {
  files = writeStandingRun('kill', () => {})
  engine = await startStanding(files)
}, 30_000)

afterEach(async () => {
  if (!engine.hasExited) await engine.kill()
  await endVenues(files.stateDir)
})

const kill = (...words: string[]) => floe('kill', files.config, ...words)
const killFile = () => join(files.stateDir, 'KILL')
const tasks = () => floe('tasks', '--state-dir', files.stateDir)

/** Nothing is placed while we look. */
async function expectNothingIsSent(ms = 1_500): Promise<void> {
  const before = await orderCount(files)
  await sleep(ms)
  expect(await orderCount(files)).toBe(before)
  expect(await openIds(files)).toEqual([STRANGER])
}

it('takes ours back, is confirmed, outlives a restart, is released by a person', async () => {
  const { code, out } = await kill('--reason', 'a wrong price')
  expect([out, code]).toEqual([
    expect.stringMatching(
      /^kill switch engaged by .+ \(cli\): a wrong price\nconfirmed by the venues/,
    ),
    0,
  ])
  await expectNothingIsSent()
  expect((await tasks()).out).toMatch(/^sell-1 .*suspended: kill_switch$/m)
  expect(readFileSync(killFile(), 'utf8')).toMatch(/^a wrong price\n/)

  await engine.kill()
  engine = new EngineProcess(files.config)
  await eventually('it runs again', () => engine.output.includes('kill_switch'))
  const again = await kill('--json', '--reason', 'again')
  expect(JSON.parse(again.out)).toMatchObject({
    engaged: true,
    confirmed: true,
    origin: 'cli',
    reason: 'a wrong price',
    open: [],
    unproved: [],
  })
  await expectNothingIsSent()

  expect(await kill('--release', '--reason', 'mended')).toMatchObject({ code: 0 })
  expect(existsSync(killFile())).toBe(false)
  await eventually('the tasks go on', async () => (await openIds(files)).length === 3)
  const { out: journal } = await floe('journal', files.stateDir)
  const audit = journal.split('\n').filter((line) => line.includes('kill_switch engaged='))
  expect(audit.map((line) => line.replace(/^.*engaged=/, '').replace(/who=\S+/, 'who'))).toEqual([
    'true origin=cli who reason="a wrong price"',
    'true origin=cli who reason="a wrong price"',
    'true origin=cli who reason=again',
    'false origin=cli who reason=mended',
  ])
  expect((await kill('--release')).err).toContain('the kill switch is not engaged')
}, 120_000)

it('by the file KILL', async () => {
  writeFileSync(killFile(), 'the desk says stop\n')
  await eventually('ours are taken back', () => onlyTheStrangerIsOpen(files))
  await expectNothingIsSent()
  expect(engine.output).toContain('(file): the desk says stop')
}, 120_000)

it('by SIGUSR2', async () => {
  process.kill(engine.pid, 'SIGUSR2')
  await eventually('ours are taken back', () => onlyTheStrangerIsOpen(files))
  await expectNothingIsSent()
  expect(engine.hasExited).toBe(false)
}, 120_000)

it('without an engine keeps the next from trading, and takes back alone when asked', async () => {
  await engine.kill()
  const left = await kill('--reason', 'nobody home')
  expect(left.code).toBe(4)
  expect(left.out).toMatch(/no engine answers; .*KILL keeps any from trading/)
  expect(left.out).toContain(`floe kill ${files.config} --without-engine`)
  expect(await openIds(files)).toHaveLength(3)
  expect((await kill('--release')).err).toMatch(/no engine runs on .*release it then/)

  // Of a life that no journal remembers, and of another instance.
  await placeOrder(files, idOf(700, 1))
  await placeOrder(files, idOf(1, 1, 8))
  const alone = await kill('--without-engine')
  expect(alone).toMatchObject({ code: 0 })
  expect(alone.out).toMatch(/^3 order\(s\) taken back; .*\nconfirmed by the venues/)
  expect(await openIds(files)).toEqual([STRANGER, idOf(1, 1, 8)])

  engine = new EngineProcess(files.config)
  await eventually('it runs again', () => engine.output.includes('(file): nobody home'))
  const before = await orderCount(files)
  expect(await kill('--wait', '20s')).toMatchObject({ code: 0 })
  expect(await orderCount(files)).toBe(before)
  expect(await openIds(files)).toEqual([STRANGER, idOf(1, 1, 8)])
}, 120_000)

it('what cannot be confirmed in time is named, and is not released', async () => {
  const venue = JSON.parse(readFileSync(join(files.stateDir, 'venue.json'), 'utf8')) as {
    readonly pid: number
  }
  process.kill(venue.pid, 'SIGSTOP')
  try {
    const { code, out, err } = await kill('--wait', '1s')
    expect(code).toBe(4)
    expect(err).toContain('engaged: 2 order(s) not known to be over, 1 place(s) to confirm')
    expect(out).toMatch(
      /^NOT confirmed:\n {2}order {2}f\w{11} {2}pending_cancel {2}0 of 0\.02 filled/m,
    )
    expect(out).toMatch(/^ {2}unconfirmed {2}binance_spot main BTC\/USDT {2}an order of ours/m)
    const refused = await kill('--release')
    expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('not released: 2 ')])
  } finally {
    process.kill(venue.pid, 'SIGCONT')
  }
  expect(await kill('--wait', '20s')).toMatchObject({ code: 0 })
  expect(await openIds(files)).toEqual([STRANGER])
}, 120_000)
