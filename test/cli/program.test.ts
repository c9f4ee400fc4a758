// The command line as a shell sees it: exit codes, suggestions, and nothing loaded in vain.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exitCodeOf } from '#cli/exit-code.ts'
import { platformProblem } from '#cli/platform.ts'
import { EngineError } from '#core/engine-error.ts'
import { floe } from './command-line.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'floe-cli-'))
})
afterAll(() => {
  rmSync(directory, { recursive: true })
})

describe('usage', () => {
  it('suggests the command that was meant', async () => {
    const { code, err } = await floe('chek', 'config/first-run.yaml')
    expect(err).toContain("unknown command 'chek'")
    expect(err).toContain('Did you mean check?')
    expect(code).toBe(2)
  })

  it('suggests the option that was meant', async () => {
    const { code, err } = await floe('run', 'config/first-run.yaml', '--until-dome')
    expect(err).toContain("unknown option '--until-dome'")
    expect(err).toContain('Did you mean --until-done?')
    expect(code).toBe(2)
  })

  it('wants the arguments that a command needs', async () => {
    const { code, err } = await floe('capture', 'check', 'file.gz', '--venue', 'binance_spot')
    expect(err).toContain("required option '--symbol <symbol>' not specified")
    expect(code).toBe(2)
  })

  it('helps when asked to, and says which version it is', async () => {
    const help = await floe('--help')
    expect(help.out).toMatch(/run .*sim .*check .*journal .*capture .*tasks .*task /s)
    expect(help.code).toBe(0)
    expect(await floe('--version')).toMatchObject({ code: 0, out: '0.1.0\n' })
  })
})

describe('check', () => {
  it('refuses a wrong configuration, every issue on a line', async () => {
    const path = join(directory, 'wrong.yaml')
    writeFileSync(path, 'mode: simulation\naccounts: 1\nvenues: {}\n')
    const { code, out } = await floe('check', path)
    const lines = out.trim().split('\n')
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^✗ .*wrong\.yaml:1:7: mode: found "simulation", allowed sim or/)
    expect(code).toBe(2)
  })

  it('says the same as JSON', async () => {
    const path = join(directory, 'wrong.yaml')
    writeFileSync(path, 'mode: simulation\naccounts: {}\nvenues: {}\n')
    const { code, out } = await floe('check', path, '--json')
    expect(JSON.parse(out)).toMatchObject({ ok: false, checks: [{ ok: false }] })
    expect(code).toBe(2)
  })

  it('refuses task parameters, with the place of the task', async () => {
    const path = join(directory, 'task.yaml')
    const task = '{id: a, type: iceberg, venue: binance_spot, symbol: BTC/USDT, side: sell}'
    writeFileSync(
      path,
      `accounts: {main: {exchange: binance}}\nvenues: {binance_spot: {account: main}}\n` +
        `tasks: [${task}]\n`,
    )
    const { code, out } = await floe('check', path)
    expect(out).toMatch(/✗ .*task\.yaml:3:9: task a: total_quantity: found nothing/)
    expect(code).toBe(2)
  })
})

describe('task commands without an engine', () => {
  it('say that none runs there and how to start one', async () => {
    const { code, err } = await floe('task', 'pause', 'sell-1', '--state-dir', directory)
    expect(err).toContain(`no engine runs on ${directory}`)
    expect(err).toContain('floe run')
    expect(code).toBe(1)
  })
})

describe('exit codes', () => {
  it('are 2 for what the user mends in the configuration, else 1', () => {
    expect(exitCodeOf(new EngineError('bad_config', ''))).toBe(2)
    expect(exitCodeOf(new EngineError('bad_parameters', ''))).toBe(2)
    expect(exitCodeOf(new EngineError('port_in_use', ''))).toBe(1)
    expect(exitCodeOf(new Error('a bug'))).toBe(1)
  })
})

describe('platforms', () => {
  it('linux x64 with glibc is supported, others are told so', () => {
    const good = { os: 'linux', cpu: 'x64', glibc: '2.36' }
    expect(platformProblem(good)).toBeNull()
    expect(platformProblem({ ...good, glibc: undefined })).toMatch(/linux x64 without glibc/)
    expect(platformProblem({ ...good, os: 'darwin' })).toMatch(/this is darwin x64\./)
    expect(platformProblem({ ...good, cpu: 'arm64' })).toMatch(/this is linux arm64\./)
  })
})
