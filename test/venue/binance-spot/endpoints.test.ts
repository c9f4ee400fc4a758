import { describe, expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { ClockOffset } from '#venue/binance-spot/clock-offset.ts'
import {
  endpointOf,
  requestText,
  signedPayload,
  signedTarget,
  targetOf,
} from '#venue/binance-spot/endpoints.ts'
import { createSigner } from '#wire/signatures.ts'

// The public example key of the venue's documents; it opens nothing.
const KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A'
const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'
const hmac = createSigner('hmac', SECRET)

describe('signatures of the documents', () => {
  const order = {
    side: 'BUY',
    type: 'LIMIT',
    timeInForce: 'GTC',
    quantity: 1,
    price: '0.1',
    recvWindow: 5000,
    timestamp: 1_499_827_319_559,
  }

  it.each([
    ['LTCBTC', 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'],
    ['１２３４５６', 'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3'],
  ])('REST, symbol %s: the encoded query is signed', (symbol, signature) => {
    const target = signedTarget('/api/v3/order', { symbol, ...order }, hmac)
    expect(target.endsWith(`&signature=${signature}`)).toBe(true)
    expect(target).toMatch(/^[\x21-\x7e]+$/)
  })

  const wsOrder = { type: 'LIMIT', timeInForce: 'GTC', timestamp: 1_645_423_376_532 }
  it.each([
    [
      {
        symbol: 'BTCUSDT',
        side: 'SELL',
        price: '52000.00',
        quantity: '0.01000000',
        recvWindow: 100,
      },
      'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24',
    ],
    [
      {
        symbol: '１２３４５６',
        side: 'BUY',
        price: '0.10000000',
        quantity: '1.00000000',
        recvWindow: 5000,
      },
      'b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd',
    ],
  ])('WS API: sorted and not encoded (%j)', (params, signature) => {
    const all = { ...wsOrder, ...params, apiKey: KEY }
    expect(hmac.sign(signedPayload(all))).toBe(signature)
    expect(JSON.parse(requestText(7, 'order.place', all, hmac))).toEqual({
      id: 7,
      method: 'order.place',
      params: { ...all, signature },
    })
  })

  it('escapes a base64 signature in a query', () => {
    const signer = { kind: 'ed25519', sign: () => 'a+b/c==' } as const
    expect(signedTarget('/x', { a: 1 }, signer)).toBe('/x?a=1&signature=a%2Bb%2Fc%3D%3D')
  })
})

describe('endpointOf', () => {
  it.each([
    ['wss://stream.binance.com:9443', 'ws', 'stream.binance.com 9443 tls stream.binance.com:9443 '],
    [
      'wss://ws-api.binance.com:443/ws-api/v3',
      'ws_api',
      'ws-api.binance.com 443 tls ws-api.binance.com /ws-api/v3',
    ],
    ['https://api.binance.com', 'rest', 'api.binance.com 443 tls api.binance.com '],
    ['http://127.0.0.1:8080/', 'rest', '127.0.0.1 8080 plain 127.0.0.1:8080 '],
    ['ws://[::1]:9', 'ws', '::1 9 plain [::1]:9 '],
  ] as const)('%s', (url, key, expected) => {
    const { address, host, path } = endpointOf(url, key)
    const tls = address.tls ? 'tls' : 'plain'
    expect(`${address.host} ${address.port} ${tls} ${host} ${path}`).toBe(expected)
  })

  it.each([
    ['api.binance.com', 'rest'],
    ['ftp://api.binance.com', 'rest'],
    ['https://stream.binance.com', 'ws'],
    ['wss://api.binance.com', 'rest'],
    ['', 'ws_api'],
  ] as const)('refuses "%s" as %s, by name', (url, key) => {
    expect(() => endpointOf(url, key)).toThrow(`binance_spot ${key}: "${url}" is no such URL`)
  })
})

it('targetOf percent-encodes values', () => {
  expect(targetOf('/api/v3/exchangeInfo', { symbols: '["A","B"]' })).toBe(
    '/api/v3/exchangeInfo?symbols=%5B%22A%22%2C%22B%22%5D',
  )
  expect(targetOf('/api/v3/exchangeInfo', {})).toBe('/api/v3/exchangeInfo')
})

describe('ClockOffset', () => {
  it('believes the fastest of a round and is unknown before it ends', () => {
    const clock = new ClockOffset()
    clock.beginRound()
    const samples: [sentMs: number, receivedMs: number, venueMs: number][] = [
      [0, 100, 1_000_090],
      [100, 140, 1_000_125],
      [200, 210, 1_000_205],
      [300, 360, 1_000_310],
      [400, 500, 1_000_410],
    ]
    const done = samples.map(([sent, received, venue]) => {
      expect(clock.isKnown).toBe(false)
      return clock.sample(monoNs(sent * 1e6), monoNs(received * 1e6), venue * 1_000)
    })
    expect(done).toEqual([false, false, false, false, true])
    expect(clock.offsetUs).toBe(1_000_000_000)
    expect(clock.roundTripNs).toBe(10e6)
    expect(clock.venueTimeMs(monoNs(777_999_999))).toBe(1_000_777)
  })

  it('keeps the old offset while a new round runs', () => {
    const clock = new ClockOffset()
    clock.beginRound()
    for (let i = 0; i < 5; i++) clock.sample(monoNs(0), monoNs(0), 5)
    clock.beginRound()
    clock.sample(monoNs(0), monoNs(0), 9)
    expect(clock.offsetUs).toBe(5)
  })
})
