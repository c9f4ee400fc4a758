// The control API as its users meet it: a real thread, real HTTP, a real file.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readControlFile } from '#control/control-file.ts'
import { startControl, type ControlHost } from '#control/control-host.ts'
import type { Command } from '#control/command-queue.ts'
import type { TaskReport } from '#task/task.ts'

let stateDir: string
let control: ControlHost

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'floe-control-'))
  control = await startControl(stateDir, 0, 4)
})
afterEach(async () => {
  await control.stop()
  rmSync(stateDir, { recursive: true })
})

async function call(method: string, path: string, options: { body?: string; token?: string } = {}) {
  const { url, token } = readControlFile(stateDir)
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${options.token ?? token}` },
    ...(options.body !== undefined && { body: options.body }),
  })
  return { status: response.status, body: JSON.parse(await response.text()) }
}

/** What an engine does once a turn, until one command has come. */
async function nextCommand(): Promise<Command> {
  for (;;) {
    const command = control.commands.take()
    if (command !== null) return command
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const TASK: TaskReport = {
  id: 'sell-1',
  type: 'iceberg',
  state: 'EXECUTING',
  reason: '',
  venue: 'binance_spot',
  account: 'main',
  symbol: 'BTC/USDT',
  side: 'sell',
  total: '1',
  filled: '0.4',
  residual: '0.6',
  cancelled: '0',
  unroutable: '0',
  average_price: '60000.5',
  arrival_price: '60000',
  slippage_bps: '0',
  market_impact_bps: '0',
  fees: {},
  orders: 4,
  fills: 4,
  rejects: 0,
  reprices: 0,
  elapsed_ms: 1,
}

describe('who may ask', () => {
  it('only one who read control.json, which only its owner can', async () => {
    expect(statSync(join(stateDir, 'control.json')).mode & 0o777).toBe(0o600)
    expect(readControlFile(stateDir)).toMatchObject({ url: control.url, pid: process.pid })
    const stranger = await call('GET', '/v1/tasks', { token: 'guess' })
    expect(stranger.status).toBe(401)
    expect(stranger.body.error.code).toBe('unauthorized')
    expect(readFileSync(join(stateDir, 'control.json'), 'utf8')).not.toContain('guess')
  })

  it('the token is another one each time', async () => {
    const first = readControlFile(stateDir).token
    expect(Buffer.from(first, 'base64url')).toHaveLength(32)
    const other = mkdtempSync(join(tmpdir(), 'floe-control-'))
    const second = await startControl(other, 0, 4)
    expect(readControlFile(other).token).not.toBe(first)
    await second.stop()
    rmSync(other, { recursive: true })
  })
})

describe('views', () => {
  it('show the newest snapshot', async () => {
    expect((await call('GET', '/v1/health')).body).toMatchObject({ ok: false, tasks: 0 })
    control.status.publishTask(0, TASK)
    control.status.publish({ mode: 'sim', wallUs: 5, rows: 1 })
    expect((await call('GET', '/v1/health')).body).toMatchObject({ ok: true, tasks: 1 })
    expect((await call('GET', '/v1/tasks')).body).toEqual({ tasks: [TASK] })
    expect((await call('GET', '/v1/tasks/sell-1')).body).toEqual(TASK)
  })

  it('answer 404 for what is not there, naming what is', async () => {
    expect(await call('GET', '/v1/tasks/none')).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown_task' } },
    })
    const wrong = await call('POST', '/v1/tasks/sell-1/explode')
    expect(wrong.status).toBe(404)
    expect(wrong.body.error.message).toContain('POST /v1/tasks/:id/{start,pause,resume')
  })
})

describe('commands', () => {
  it('reach the engine, and its answer reaches the client', async () => {
    const answer = call('POST', '/v1/tasks/sell-1/pause')
    const command = await nextCommand()
    expect(command).toMatchObject({ kind: 'pause', taskId: 'sell-1', argument: '' })
    control.commands.reply(command.requestId, true, '', '')
    expect(await answer).toEqual({ status: 200, body: { ok: true } })
  })

  it.each([
    ['unknown_task', 404],
    ['illegal_transition', 409],
    ['bad_parameters', 400],
  ])('a refusal %s is status %d with its words', async (code, status) => {
    const answer = call('POST', '/v1/tasks/sell-1/resume')
    const { requestId } = await nextCommand()
    control.commands.reply(requestId, false, code, 'because')
    expect(await answer).toEqual({ status, body: { error: { code, message: 'because' } } })
  })

  it('answers go to the client that asked, in whatever order they come', async () => {
    const answers = ['a', 'b', 'c'].map((id) => call('POST', `/v1/tasks/${id}/cancel`))
    const commands = [await nextCommand(), await nextCommand(), await nextCommand()]
    for (const { requestId, taskId } of commands.toReversed()) {
      control.commands.reply(requestId, false, 'illegal_transition', taskId)
    }
    const messages = (await Promise.all(answers)).map(({ body }) => body.error.message)
    expect(messages).toEqual(['a', 'b', 'c'])
  })

  it('update carries its parameters, and nothing but an object', async () => {
    const body = '{"total_quantity":"2"}'
    const answer = call('POST', '/v1/tasks/sell-1/update', { body })
    const command = await nextCommand()
    expect(command).toMatchObject({ kind: 'update', argument: body })
    control.commands.reply(command.requestId, true, '', '')
    expect((await answer).status).toBe(200)
    for (const wrong of ['', '[1]', 'null', '{"a":']) {
      expect((await call('POST', '/v1/tasks/sell-1/update', { body: wrong })).status).toBe(400)
    }
    const large = JSON.stringify({ a: 'x'.repeat(20_000) })
    expect((await call('POST', '/v1/tasks/sell-1/update', { body: large })).status).toBe(413)
    expect(control.commands.take()).toBeNull()
  })
})

describe('its life', () => {
  it('says which port is taken', async () => {
    const squatter = await listening()
    const { port } = squatter.address() as AddressInfo
    await expect(startControl(stateDir, port, 4)).rejects.toThrow(`control.port ${port} is in use`)
    squatter.close()
  })

  it('removes its file and frees its port at the end', async () => {
    const other = mkdtempSync(join(tmpdir(), 'floe-control-'))
    const first = await startControl(other, 0, 4)
    const port = Number(new URL(first.url).port)
    await first.stop()
    expect(() => readControlFile(other)).toThrow(/no engine runs on/)
    const second = await startControl(other, port, 4)
    await second.stop()
    rmSync(other, { recursive: true })
  })
})

function listening(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => resolve(server))
  })
}
