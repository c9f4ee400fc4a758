// `floe settle` against a real control API, with the test in the engine's place.
import { userInfo } from 'node:os'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type { Command } from '#control/command-queue.ts'
import { startControl, type ControlHost } from '#control/control-host.ts'
import { makeDirectory } from '#journal/state-dir.ts'
import { floe } from './command-line.ts'
import { writeRun, type RunFiles } from './run-rig.ts'

let files: RunFiles
let control: ControlHost
let engine: NodeJS.Timeout
const seen: { kind: string; argument: unknown }[] = []
let reply: readonly [ok: boolean, code: string, message: string] = [true, '', '']

beforeAll(async () => {
  files = writeRun('settle')
  makeDirectory(files.stateDir)
  control = await startControl(files.stateDir, 0, 4)
  engine = setInterval(() => {
    const command: Command | null = control.commands.take()
    if (command === null) return
    const { kind, argument, requestId } = command
    seen.push({ kind, argument: argument === '' ? null : (JSON.parse(argument) as unknown) })
    control.commands.reply(requestId, ...reply)
  }, 1)
})
beforeEach(() => {
  seen.length = 0
  reply = [true, '', '']
})
afterAll(async () => {
  clearInterval(engine)
  await control.stop()
})

const settle = (...words: string[]) => floe('settle', files.config, ...words)
const ID = 'f00000000001'

it('says what became of an order, who says so, and why', async () => {
  const figures = ['--filled', '0.1', '--average', '60000.5']
  const ended = await settle(ID, '--as', 'done', ...figures, '--reason', 'seen on the web page')
  expect(ended).toMatchObject({ code: 0, out: `${ID}: settled as done\n` })
  expect(seen).toEqual([
    {
      kind: 'settle',
      argument: {
        order: ID,
        as: 'done',
        filled: '0.1',
        average: '60000.5',
        reason: 'seen on the web page',
        force: false,
        who: userInfo().username,
        origin: 'cli',
      },
    },
  ])
  const absent = await settle(ID, '--as', 'absent', '--reason', 'r', '--force', '--json')
  expect(absent.out).toBe(`{"settled":"${ID}"}\n`)
  expect(seen[1]?.argument).toMatchObject({ as: 'absent', force: true })
})

it('refuses what it cannot send', async () => {
  expect(await settle(ID, '--reason', 'r')).toMatchObject({
    code: 2,
    err: expect.stringContaining('say --as absent') as string,
  })
  expect((await settle(ID, '--as', 'gone', '--reason', 'r')).code).toBe(2)
  expect((await settle(ID, '--as', 'absent')).err).toContain('say --reason')
  expect(seen).toEqual([])
})

it("shows the engine's refusal in its own words", async () => {
  reply = [false, 'venue_decides', 'the venue can still decide it']
  const { code, err } = await settle(ID, '--as', 'absent', '--reason', 'r')
  expect([code, err]).toEqual([1, 'floe: the venue can still decide it\n'])
})

it('lists what is not settled', async () => {
  reply = [true, '', JSON.stringify({ count: 0, orders: [] })]
  expect((await settle()).out).toBe('every order is settled\n')
  const row = {
    order: ID,
    task: 'sell-1',
    venue: 'binance_spot',
    account: 'main',
    symbol: 'BTC/USDT',
    state: 'unknown',
    quantity: '0.2',
    filled: '0.05',
    venue_filled: '0.1',
    venue_order: '17',
    age_ms: 61_000,
    asked: 8,
  }
  reply = [true, '', JSON.stringify({ count: 3, orders: [row] })]
  expect((await settle()).out).toBe(
    `${ID}  unknown  0.05 of 0.2 filled  venue counts 0.1  ` +
      'BTC/USDT on binance_spot, account main  sell-1  61 s old, asked 8 times\nand 2 more\n',
  )
  expect(JSON.parse((await settle('--json')).out)).toEqual({ count: 3, orders: [row] })
})

it('without an engine says so', async () => {
  const { code, err } = await floe('settle', writeRun('settle-none').config)
  expect([code, err]).toEqual([1, expect.stringMatching(/^floe: no engine runs on /)])
})
