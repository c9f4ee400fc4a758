// `floe task …` against a real control API, with the test in the engine's place.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parametersFromPairs } from '#cli/update-arguments.ts'
import type { Command } from '#control/command-queue.ts'
import { startControl, type ControlHost } from '#control/control-host.ts'
import { floe } from './command-line.ts'

let stateDir: string
let control: ControlHost
let engine: NodeJS.Timeout
const seen: Omit<Command, 'requestId'>[] = []

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'floe-task-'))
  control = await startControl(stateDir, 0, 4)
  engine = setInterval(() => {
    const command = control.commands.take()
    if (command === null) return
    const { requestId, ...rest } = command
    seen.push(rest)
    const isKnown = command.taskId === 'sell-1'
    const message = isKnown ? '' : `there is no task ${command.taskId}`
    control.commands.reply(requestId, isKnown, isKnown ? '' : 'unknown_task', message)
  }, 1)
})
afterAll(async () => {
  clearInterval(engine)
  await control.stop()
  rmSync(stateDir, { recursive: true })
})

it.each(['start', 'pause', 'resume', 'cancel', 'recover'] as const)('%s', async (kind) => {
  const { code, out } = await floe('task', kind, 'sell-1', '--state-dir', stateDir)
  expect(out).toBe(`sell-1: ${kind} accepted\n`)
  expect(code).toBe(0)
  expect(seen.at(-1)).toEqual({ kind, taskId: 'sell-1', argument: '' })
})

it('update sends quantities as text and counts as numbers', async () => {
  const pairs = ['total_quantity=2', 'offset_ticks=-1', 'reprice_interval=50ms', 'post_only=true']
  const ended = await floe('task', 'update', 'sell-1', ...pairs, '--state-dir', stateDir)
  expect(ended).toMatchObject({ code: 0, out: 'sell-1: update accepted\n' })
  expect(JSON.parse(seen.at(-1)?.argument ?? '')).toEqual({
    total_quantity: '2',
    offset_ticks: -1,
    reprice_interval: '50ms',
    post_only: true,
  })
})

it('shows the refusal of the engine in its own words', async () => {
  const { code, err } = await floe('task', 'pause', 'none', '--state-dir', stateDir)
  expect(err).toBe('floe: there is no task none\n')
  expect(code).toBe(1)
})

it('lists tasks in columns, and none as none', async () => {
  expect((await floe('tasks', '--state-dir', stateDir)).out).toBe('no tasks\n')
})

it('refuses a pair that is none, and a key given twice', () => {
  expect(() => parametersFromPairs(['total_quantity'])).toThrow('is no key=value')
  expect(() => parametersFromPairs(['=2'])).toThrow('is no key=value')
  expect(() => parametersFromPairs(['a=1', 'a=2'])).toThrow('a is given twice')
  expect(parametersFromPairs(['limit_price=60000.10'])).toEqual({ limit_price: '60000.10' })
})
