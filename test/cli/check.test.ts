// `floe check` against real embedded venues: each thing a run would stumble over has a line.
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { floe } from './command-line.ts'

const FIRST_RUN = readFileSync('config/first-run.yaml', 'utf8')

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'floe-check-test-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

/** Checks the first run's file with some of its text replaced, which must be there. */
async function checked(...replacements: readonly (readonly [from: string, to: string])[]) {
  let text = FIRST_RUN.replace('./state', join(directory, 'state'))
  for (const [from, to] of replacements) {
    expect(text).toContain(from)
    text = text.replace(from, to)
  }
  const path = join(directory, 'check.yaml')
  writeFileSync(path, text)
  const { code, out } = await floe('check', path)
  const lines = out.trim().split('\n')
  return { code, wrong: lines.filter((line) => line.startsWith('✗')), lines }
}

describe('in sim', () => {
  it('finds nothing wrong with the first run, and leaves nothing behind', async () => {
    const { code, wrong, lines } = await checked()
    expect(wrong).toEqual([])
    expect(lines).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^✓ binance_spot at http:\/\/127\.0\.0\.1:\d+: answers/),
        '✓ BTC/USDT on binance_spot: trades',
        expect.stringMatching(/^✓ market stream at .*: delivers prices/),
        '✓ account second: is logged on',
        expect.stringMatching(/^✓ clock against binance_spot: differs by -?\d+ ms/),
        '✓ BTC of main: 5 free, 1 needed',
        '✓ limits of task buy-1: orders fit the venue and the risk limits',
      ]),
    )
    expect(code).toBe(0)
    expect(existsSync(join(directory, 'state'))).toBe(false)
  })

  it('says that the kill switch keeps a run from trading', async () => {
    mkdirSync(join(directory, 'state'))
    writeFileSync(join(directory, 'state', 'KILL'), 'the desk says stop\n')
    const { code, lines } = await checked()
    rmSync(join(directory, 'state'), { recursive: true })
    expect(lines).toContain(
      '! kill switch: engaged (the desk says stop); a run sends nothing until ' +
        'floe kill CONFIG --release',
    )
    expect(code).toBe(0)
  })

  it('sees that there is not enough to sell', async () => {
    const { code, wrong } = await checked(['main: { BTC: "5"', 'main: { BTC: "0.5"'])
    expect(wrong).toEqual(['✗ BTC of main: 0.5 free, 1 needed; add funds'])
    expect(code).toBe(1)
  })

  it('sees a symbol that is not listed', async () => {
    const { code, wrong } = await checked(['symbol: BTC/USDT', 'symbol: BTC/EUR'])
    expect(wrong.join()).toMatch(/BTC\/?EUR/)
    expect(code).toBe(1)
  })

  it('sees orders that a limit or the venue would refuse', async () => {
    const over = await checked(['max_order_notional: "100000"', 'max_order_notional: "10"'])
    expect(over.wrong[0]).toMatch(/limits of task sell-1: .* is over risk\.max_order_notional 10/)
    expect(over.code).toBe(1)
    const under = await checked(['order_quantity: "0.1"', 'order_quantity: "0.00001"'])
    expect(under.wrong[0]).toMatch(/limits of task sell-1: order_quantity 0\.00001 is below/)
    expect(under.code).toBe(1)
  })

  it('counts the cores when the engine is to spin, and fails nothing over it', async () => {
    const { code, wrong, lines } = await checked(['instance: 1', 'busy_poll: true\ninstance: 1'])
    expect(lines).toContainEqual(expect.stringMatching(/^[✓!] busy_poll: .*\d+ cores?/))
    expect(wrong).toEqual([])
    expect(code).toBe(0)
  })

  it('sees a state directory that cannot be made', async () => {
    writeFileSync(join(directory, 'file'), '')
    const { code, wrong } = await checked(['/state #', '/file/state #'])
    expect(wrong.join()).toContain('state_dir')
    expect(code).toBe(1)
  })
})

describe('in live, against venues on loopback', () => {
  let venues: ChildProcess
  let ready: { venues: { urls: Record<string, string> }[] }

  beforeAll(async () => {
    const path = join(directory, 'venues.yaml')
    writeFileSync(path, FIRST_RUN.replace('./state', join(directory, 'venues')))
    venues = spawn(process.execPath, ['src/cli/launcher.js', 'sim', path])
    ready = await new Promise((resolve) => {
      venues.stdout?.once('data', (line: Buffer) => resolve(JSON.parse(line.toString())))
    })
  })
  afterAll(() => {
    venues.kill('SIGTERM')
  })

  it('sees keys that the venue does not know, and never prints them', async () => {
    const keys = join(directory, 'keys')
    writeFileSync(keys, 'key = nobody\nsecret = hush\n', { mode: 0o600 })
    const urls = JSON.stringify(ready.venues[0]?.urls)
    const { code, wrong, lines } = await checked(
      ['mode: sim', 'mode: live'],
      [
        'main: { exchange: binance, kind: ed25519 }',
        `main: {exchange: binance, key_file: ${keys}}`,
      ],
      [
        'second: { exchange: binance, kind: hmac }',
        `second: {exchange: binance, key_file: ${keys}}`,
      ],
      ['{ account: main }', `{account: main, urls: ${urls}}`],
    )
    expect(wrong[0]).toMatch(/^✗ account main: .*check its keys/)
    expect(lines.join()).not.toContain('hush')
    expect(code).toBe(1)
  }, 60_000)

  it('sees a venue that is not there', async () => {
    const { code, wrong } = await checked(
      ['mode: sim', 'mode: live'],
      [
        'main: { exchange: binance, kind: ed25519 }',
        'main: {exchange: binance, key_env: PATH, secret_env: PATH}',
      ],
      [
        'second: { exchange: binance, kind: hmac }',
        'second: {exchange: binance, key_env: PATH, secret_env: PATH}',
      ],
      ['{ account: main }', '{account: main, urls: {rest: "http://127.0.0.1:1"}}'],
    )
    expect(wrong).toHaveLength(1)
    expect(wrong[0]).toMatch(/^✗ binance_spot at http:\/\/127\.0\.0\.1:1: /)
    expect(code).toBe(1)
  })
})
