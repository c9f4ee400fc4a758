import { describe, expect, it } from 'vitest'
import { ConfigError } from '#config/config-error.ts'
import { loadConfig, parseConfig } from '#config/loader.ts'

const WHOLE = `mode: sim
accounts:
  main: {exchange: binance}
  second: {exchange: binance}
venues:
  binance_spot: [{account: main}, {account: second}]
sim:
  seed: 7
  venues: {binance_spot: {balances: {main: {BTC: "5"}}}}
risk: {max_order_notional: "100000", max_position: {BTC/USDT: "3"}}
tasks:
  - {id: sell-1, type: iceberg, venue: binance_spot, symbol: BTC/USDT, side: sell, pace: "1"}
`

/** Every issue of a text, one line each; fails when the text is accepted. */
function issuesOf(text: string): string[] {
  try {
    parseConfig(text, 'c.yaml')
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n')
    throw error
  }
  throw new Error('the configuration was accepted')
}

/** WHOLE with one text replaced, which must be there. */
function changed(from: string, to: string): string {
  expect(WHOLE).toContain(from)
  return WHOLE.replace(from, to)
}

const watchdogOf = (text: string) => parseConfig(text, 'c').watchdog

describe('a whole configuration', () => {
  it('gets the documented defaults', () => {
    const config = parseConfig('accounts: {}\nvenues: {}', 'c.yaml')
    expect(config.mode).toBe('sim')
    expect(config.risk).toMatchObject({ priceCollarBps: 500, maxPosition: {} })
    expect(config.risk.maxOrderNotional).toBeUndefined()
    expect(config.sim.market).toEqual({ source: 'synthetic' })
    expect(config.control.port).toBe(0)
    expect(config.warmUpNs).toBe(0)
    expect([config.keepWarm, config.busyPoll]).toEqual([true, false])
    expect(config.stateDir).toMatch(/^\/.*\/state$/)
  })

  it('warms up as long as it says, and in live unless it says otherwise', () => {
    const limits = 'risk: {max_order_notional: "1", max_position: {BTC/USDT: "1"}}'
    const live = `mode: live\naccounts: {}\nvenues: {}\n${limits}\n`
    expect(parseConfig(live, 'c').warmUpNs).toBe(3_000_000_000)
    expect(parseConfig(`${live}warm_up: 250ms`, 'c').warmUpNs).toBe(250_000_000)
    expect(issuesOf(`${WHOLE}warm_up: 3`)).toEqual([
      'c.yaml:13:10: warm_up: found the bare number 3, ' +
        'allowed a duration with its unit, such as 3s',
    ])
  })

  it('is watched over in live unless it says otherwise, elsewhere when it asks for it', () => {
    const live =
      'mode: live\naccounts: {}\nvenues: {}\n' +
      'risk: {max_order_notional: "1", max_position: {BTC/USDT: "1"}}\n'
    expect(watchdogOf(live)).toEqual({ enabled: true, silenceNs: 5_000_000_000 })
    expect(watchdogOf(`${live}watchdog: {enabled: false}`).enabled).toBe(false)
    expect(watchdogOf(WHOLE).enabled).toBe(false)
    const short = { enabled: true, silenceNs: 1_500_000_000 }
    expect(watchdogOf(`${WHOLE}watchdog: {silence: 1.5s}`)).toEqual(short)
    expect(watchdogOf(`${WHOLE}watchdog: {}`).enabled).toBe(true)
    for (const silence of ['900ms', '61s', '5', 'soon']) {
      expect(issuesOf(`${WHOLE}watchdog: {silence: ${silence}}`)[0]).toContain(
        'allowed a duration from 1s to 1m',
      )
    }
  })

  it('spins when it is told to, in every mode', () => {
    expect(parseConfig(`${WHOLE}busy_poll: true`, 'c').busyPoll).toBe(true)
    expect(parseConfig(`${WHOLE}keep_warm: false`, 'c').keepWarm).toBe(false)
    expect(issuesOf(`${WHOLE}busy_poll: yes`)).toEqual([
      'c.yaml:13:12: busy_poll: found "yes", allowed true or false',
    ])
  })

  it('reads a list of accounts, and one account as a list of one', () => {
    expect(parseConfig(WHOLE, 'c').venues[0]?.accounts).toEqual(['main', 'second'])
    const one = changed('[{account: main}, {account: second}]', '{account: main}')
    expect(parseConfig(one, 'c').venues[0]?.accounts).toEqual(['main'])
  })

  it('keeps the digits of a quantity as they were written', () => {
    const config = parseConfig(changed('"5"', '"5.00000000000000000001"'), 'c')
    const balances = config.sim.venues['binance_spot']?.balances
    expect(balances?.['main']?.['BTC']).toBe('5.00000000000000000001')
  })

  it('hands a task its parameters, its account and its place in the file', () => {
    const task = parseConfig(WHOLE, 'c.yaml').tasks[0]
    expect(task).toMatchObject({ id: 'sell-1', type: 'iceberg', position: 'c.yaml:12:5' })
    expect(task?.parameters).toEqual({
      account: 'main',
      venue: 'binance_spot',
      symbol: 'BTC/USDT',
      side: 'sell',
      pace: '1',
    })
    expect(task?.parameterPositions?.['pace']).toBe('c.yaml:12:90')
  })

  it('names tasks without an id in sim, passing over ids that are taken', () => {
    const task = '  - {type: iceberg, venue: binance_spot, symbol: BTC/USDT, side: buy}\n'
    const text = changed('id: sell-1', 'id: iceberg-1') + task + task
    const ids = parseConfig(text, 'c').tasks.map((parsed) => parsed.id)
    expect(ids).toEqual(['iceberg-1', 'iceberg-2', 'iceberg-3'])
  })

  it('takes url overrides without their trailing slash', () => {
    const urls = '{account: main, urls: {rest: "http://127.0.0.1:1/"}}'
    const config = parseConfig(changed('[{account: main}, {account: second}]', urls), 'c')
    expect(config.venues[0]?.urls).toEqual({ rest: 'http://127.0.0.1:1' })
  })

  it('accepts the file that a newcomer starts from', () => {
    const config = loadConfig('config/first-run.yaml')
    expect(config.tasks.map((task) => task.id)).toEqual(['sell-1', 'buy-1'])
  })
})

describe('a refused configuration names file, line, column, key, found and allowed', () => {
  const cases: [what: string, from: string, to: string, line: string][] = [
    [
      'an unknown key',
      'mode: sim',
      'mod: sim',
      'c.yaml:1:1: mod: found an unknown key, allowed mode, instance, state_dir, accounts, ' +
        'venues, sim, risk, control, watchdog, warm_up, keep_warm, busy_poll, tasks; did you ' +
        'mean mode?',
    ],
    [
      'a word that is not allowed',
      'mode: sim',
      'mode: simulation',
      'c.yaml:1:7: mode: found "simulation", allowed sim or paper or live',
    ],
    [
      'a bare number where money is due',
      '"100000"',
      '0.10',
      'c.yaml:10:28: risk.max_order_notional: found the bare number 0.10, ' +
        'allowed a decimal in quotes, such as "0.1"',
    ],
    [
      'a decimal that is none',
      '"5"',
      '"5e3"',
      'c.yaml:9:50: sim.venues.binance_spot.balances.main.BTC: found "5e3", ' +
        'allowed a decimal of at least 0 in quotes, such as "0.1"',
    ],
    [
      'a limit of zero',
      '"3"',
      '"0.0"',
      'c.yaml:10:63: risk.max_position.BTC/USDT: found "0.0", ' +
        'allowed a decimal above 0 in quotes, such as "0.1"',
    ],
    [
      'a limit under a symbol that no instrument has',
      'BTC/USDT: "3"',
      'BTCUSDT: "3"',
      'c.yaml:10:53: risk.max_position.BTCUSDT: found the key "BTCUSDT", ' +
        'allowed BASE/QUOTE, such as BTC/USDT',
    ],
    [
      'a missing key, at its map',
      'side: sell, ',
      '',
      'c.yaml:12:5: tasks[0].side: found nothing, allowed buy or sell',
    ],
    [
      'an unknown venue market',
      '  binance_spot: [',
      '  binance_sport: [',
      'c.yaml:6:3: venues.binance_sport: found the key "binance_sport", allowed binance_spot',
    ],
    [
      'an instance that does not fit an id',
      'mode: sim',
      'instance: 256',
      'c.yaml:1:11: instance: found the bare number 256, allowed a whole number from 0 to 255',
    ],
    [
      'a list where a map is due',
      'sim:\n  seed: 7\n  venues: {binance_spot: {balances: {main: {BTC: "5"}}}}',
      'sim: [1]',
      'c.yaml:7:6: sim: found a list, allowed a map with the keys seed, market, venues',
    ],
    [
      'an unknown market source',
      'seed: 7',
      'market: {source: tape}',
      'c.yaml:8:20: sim.market.source: found "tape", allowed synthetic or capture',
    ],
    [
      'an account that is not declared',
      '[{account: main}, {account: second}]',
      '{account: mian}',
      'c.yaml:6:27: venues.binance_spot[0].account: found "mian", allowed main or second',
    ],
    [
      'an account named twice',
      '{account: second}',
      '{account: main}',
      'c.yaml:6:45: venues.binance_spot[1].account: found "main", ' +
        'allowed each account once on a venue market',
    ],
    [
      'balances of a stranger',
      'balances: {main:',
      'balances: {mine:',
      'c.yaml:9:38: sim.venues.binance_spot.balances.mine: found the key "mine", ' +
        'allowed an account of binance_spot: main or second',
    ],
    [
      'a task on a venue that is not declared',
      'venue: binance_spot, symbol',
      'venue: bybit_spot, symbol',
      'c.yaml:12:40: tasks[0].venue: found "bybit_spot", allowed binance_spot',
    ],
    [
      'a task of an unknown type',
      'type: iceberg',
      'type: twap',
      'c.yaml:12:24: tasks[0].type: found "twap", allowed iceberg',
    ],
  ]
  it.each(cases)('%s', (_, from, to, line) => {
    expect(issuesOf(changed(from, to))).toContain(line)
  })

  it('all of them at once', () => {
    const text = changed('mode: sim', 'mode: real').replace('seed: 7', 'seed: -1')
    expect(issuesOf(text).map((line) => line.split(': ')[1])).toEqual(['mode', 'sim.seed'])
  })

  it('broken YAML, at the place where it broke', () => {
    expect(issuesOf('mode: sim\nmode: live\n')[0]).toMatch(/^c\.yaml:2:1: .*unique/i)
    expect(issuesOf('accounts: {main\nvenues: 1')[0]).toMatch(/^c\.yaml:\d+:\d+: .*broken YAML/)
  })

  it('an empty file', () => {
    expect(issuesOf('')).toEqual([
      expect.stringMatching(/^c\.yaml:1:1: configuration: found nothing, allowed a map/),
    ])
  })

  it('a file that is not there', () => {
    expect(() => loadConfig('no/such.yaml')).toThrow(/no\/such\.yaml.*cannot be read.*first-run/)
  })
})

describe('outside sim', () => {
  it('a task needs an id', () => {
    const text = changed('mode: sim', 'mode: paper').replace('id: sell-1, ', '')
    expect(issuesOf(text)).toEqual([
      'c.yaml:12:5: tasks[0].id: found nothing, ' +
        'allowed an id in mode paper: it names the task in the journal',
    ])
  })

  it('live trades only with keys and limits', () => {
    const text = changed('mode: sim', 'mode: live')
      .replace('main: {exchange: binance}', 'main: {exchange: binance, key_env: K, secret_env: S}')
      .replace('max_order_notional: "100000", max_position: {BTC/USDT: "3"}', '')
    expect(issuesOf(text).map((line) => line.split(': ')[1])).toEqual([
      'accounts.second',
      'risk.max_order_notional',
      'risk.max_position',
    ])
  })

  it('a value that may be a secret is never repeated', () => {
    const pasted = changed('main: {exchange: binance}', 'main: {exchange: binance, key_env: s3-cr}')
    expect(issuesOf(pasted).join()).toContain('accounts.main.key_env: found something else')
    expect(issuesOf(pasted).join()).not.toContain('s3-cr')
  })
})
