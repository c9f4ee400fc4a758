// Commands as an engine carries them out: who is asked, what is answered, what is refused.
import { describe, expect, it } from 'vitest'
import { CommandDesk } from '#control/command-desk.ts'
import type { Command } from '#control/command-queue.ts'
import { isEngineCommand, readEngineCommand } from '#control/engine-command.ts'
import { EngineError } from '#core/engine-error.ts'
import { monoNs } from '#core/units.ts'
import type { Instrument } from '#market/instrument.ts'
import { BTC_USDT } from '../fixtures/instruments.ts'

const NOW = monoNs(1)
const BTC: Instrument = { ...BTC_USDT, index: 0 }

function bench() {
  const queue: Command[] = []
  const answers: string[] = []
  const done: string[] = []
  const refusal: { next: EngineError | null } = { next: null }
  const note = (what: string, facts: object) => {
    done.push(`${what} ${JSON.stringify(facts)}`)
    return refusal.next
  }
  const desk = new CommandDesk(
    {
      take: () => queue.shift() ?? null,
      reply: (id, ok, code, message) => answers.push(`${id} ${ok ? 'ok' : code} ${message}`.trim()),
    },
    {
      tasks: {
        command: (id, kind) => note(kind, { id }),
        idOf: (task) => (task === 3 ? 'sell-1' : ''),
      },
      killDesk: {
        engage: ({ origin, who, reason }) => void note('kill', { origin, who, reason }),
        release: ({ who, reason }, isForced) => note('release', { who, reason, isForced }),
        report: () => ({ engaged: false }) as never,
      },
      settlement: {
        settleByHand: (settlement) => note('settle', settlement),
        unsettled: () => [
          {
            order: 7,
            orderId: 'f00000000001',
            task: 3,
            account: 0,
            instrument: 0,
            state: 'unknown',
            qtyUnits: 20_000,
            filledUnits: 5_000,
            cumQtyUnits: 10_000,
            venueOrderId: '17',
            ageNs: 4e9,
            attempts: 8,
          },
        ],
      },
      instruments: { at: () => BTC },
      roster: { ownerOf: () => ({ market: 'test_spot', name: 'main' }) },
      instrumentOf: (name) => (name === 'f00000000001' ? BTC : null),
    },
  )
  const send = (kind: Command['kind'], argument: object | '' = '', isOpen = true) => {
    const text = argument === '' ? '' : JSON.stringify(argument)
    queue.push({
      kind,
      taskId: isEngineCommand(kind) ? '' : 'sell-1',
      argument: text,
      requestId: 1,
    })
    desk.drain(isOpen, NOW)
    return answers.splice(0)
  }
  return { desk, send, done, refusal, answers }
}

describe('for a task', () => {
  it('goes to it, with its refusal back', () => {
    const { send, done, refusal } = bench()
    expect(send('pause')).toEqual(['1 ok'])
    refusal.next = new EngineError('illegal_transition', 'not now')
    expect(send('resume')).toEqual(['1 illegal_transition not now'])
    expect(done).toEqual(['pause {"id":"sell-1"}', 'resume {"id":"sell-1"}'])
  })

  it('waits until there are tasks; a kill does not', () => {
    const { desk, send, done, answers } = bench()
    expect(send('pause', '', false)).toEqual([])
    expect(send('kill', { reason: 'now' }, false)).toEqual(['1 ok'])
    desk.drain(true, NOW)
    expect(answers).toEqual(['1 ok'])
    expect(done).toEqual(['kill {"origin":"api","who":"","reason":"now"}', 'pause {"id":"sell-1"}'])
  })
})

describe('the kill switch', () => {
  it('is engaged and released with who and why', () => {
    const { send, done } = bench()
    send('kill', { who: 'alice', origin: 'cli', reason: ' a wrong price ' })
    send('kill')
    send('release', { who: 'bob', force: true })
    expect(done).toEqual([
      'kill {"origin":"cli","who":"alice","reason":"a wrong price"}',
      'kill {"origin":"api","who":"","reason":"none given"}',
      'release {"who":"bob","reason":"none given","isForced":true}',
    ])
  })

  it('says how it stands', () => {
    expect(bench().send('kill_status')).toEqual(['1 ok {"engaged":false}'])
  })

  it('a refusal to release comes back', () => {
    const { send, refusal } = bench()
    refusal.next = new EngineError('kill_unconfirmed', 'not released')
    expect(send('release')).toEqual(['1 kill_unconfirmed not released'])
  })
})

describe('settlement by hand', () => {
  const order = 'f00000000001'

  it('absent', () => {
    const { send, done } = bench()
    expect(send('settle', { order, as: 'absent', reason: 'asked them' })).toEqual(['1 ok'])
    const verdict = '"verdict":{"kind":"absent"}'
    expect(done).toEqual([
      `settle {"orderId":"${order}",${verdict},"who":"","reason":"asked them","isForced":false}`,
    ])
  })

  it('done, with figures in the units of the instrument; an average may be any fraction', () => {
    const { send, done } = bench()
    const figures = { filled: '0.15', average: '60000.12345' }
    send('settle', { order, as: 'done', ...figures, who: 'alice', reason: 'r', force: true })
    expect(done[0]).toContain(
      '"verdict":{"kind":"done","filledUnits":15000,"averagePriceUnits":6000012.345}',
    )
    expect(done[0]).toContain('"who":"alice","reason":"r","isForced":true')
    send('settle', { order, as: 'done', filled: '0', reason: 'r' })
    expect(done[1]).toContain('{"kind":"done","filledUnits":0,"averagePriceUnits":null}')
  })

  it.each([
    [
      'an order nobody knows',
      { order: 'f00000000009', as: 'absent', reason: 'r' },
      'unknown_order',
    ],
    ['done without a quantity', { order, as: 'done', reason: 'r' }, 'bad_verdict'],
    ['absent with one', { order, as: 'absent', filled: '1', reason: 'r' }, 'bad_verdict'],
    ['too many decimals', { order, as: 'done', filled: '0.123456', reason: 'r' }, 'does_not_fit'],
    ['no reason', { order, as: 'absent' }, 'bad_request'],
    ['an empty reason', { order, as: 'absent', reason: '  ' }, 'bad_request'],
    ['another verdict', { order, as: 'gone', reason: 'r' }, 'bad_request'],
    ['no decimal', { order, as: 'done', filled: '1e3', reason: 'r' }, 'bad_request'],
    ['a key too many', { order, as: 'absent', reason: 'r', fill: '1' }, 'bad_request'],
  ])('%s is refused', (_what, fields, code) => {
    const { send, done } = bench()
    expect(send('settle', fields)[0]).toMatch(new RegExp(`^1 ${code} `))
    expect(done).toEqual([])
  })

  it('the refusal of the ladder comes back', () => {
    const { send, refusal } = bench()
    refusal.next = new EngineError('venue_decides', 'the venue will say')
    expect(send('settle', { order, as: 'absent', reason: 'r' })).toEqual([
      '1 venue_decides the venue will say',
    ])
  })

  it('lists what is open in decimals and names', () => {
    const [answer] = bench().send('unsettled')
    expect(JSON.parse(answer!.replace('1 ok ', ''))).toEqual({
      count: 1,
      orders: [
        {
          order,
          task: 'sell-1',
          venue: 'test_spot',
          account: 'main',
          symbol: 'BTC/USDT',
          state: 'unknown',
          quantity: '0.2',
          filled: '0.05',
          venue_filled: '0.1',
          venue_order: '17',
          age_ms: 4_000,
          asked: 8,
        },
      ],
    })
  })
})

it('words of a command that cannot be read name what it takes', () => {
  expect(() => readEngineCommand('settle', '{"as": "gone"}')).toThrow(
    /^settle takes .*"absent" or "done".*\("\w+" does not fit\)$/,
  )
  expect(() => readEngineCommand('kill', '[]')).toThrow('kill: not a JSON object')
  expect(() => readEngineCommand('kill', 'now')).toThrow('kill: not JSON')
})
