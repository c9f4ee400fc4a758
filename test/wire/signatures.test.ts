// Binance's published signature vectors (rest-api.md, web-socket-api.md and fix-api.md of
// binance-spot-api-docs), and keys that cannot be used.
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { EngineError } from '#core/engine-error.ts'
import { createSigner, publicKeyOf, verifySignature } from '#wire/signatures.ts'

const KEY = 'vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A'
const SECRET = 'NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j'
const TIMES = 'timeInForce=GTC&quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559'

const HMAC_VECTORS: readonly [name: string, payload: string, signature: string][] = [
  [
    'a REST order',
    `symbol=LTCBTC&side=BUY&type=LIMIT&${TIMES}`,
    'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71',
  ],
  [
    'a REST order of a percent-encoded symbol',
    `symbol=%EF%BC%91%EF%BC%92%EF%BC%93%EF%BC%94%EF%BC%95%EF%BC%96&side=BUY&type=LIMIT&${TIMES}`,
    'e1353ec6b14d888f1164ae9af8228a3dbd508bc82eb867db8ab6046442f33ef3',
  ],
  [
    'query and body joined without a separator',
    'symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC' +
      'quantity=1&price=0.1&recvWindow=5000&timestamp=1499827319559',
    '0fd168b8ddb4876a0358a8d14d0c9f3da0e9b20c5d52b2a00fcf7d1c602f9a77',
  ],
  [
    'a WebSocket API order',
    `apiKey=${KEY}&price=52000.00&quantity=0.01000000&recvWindow=100&side=SELL&symbol=BTCUSDT` +
      '&timeInForce=GTC&timestamp=1645423376532&type=LIMIT',
    'aa1b5712c094bc4e57c05a1a5c1fd8d88dcd628338ea863fec7b88e59fe2db24',
  ],
  [
    'a WebSocket API order of a symbol that is not ASCII',
    `apiKey=${KEY}&price=0.10000000&quantity=1.00000000&recvWindow=5000&side=BUY` +
      '&symbol=１２３４５６&timeInForce=GTC&timestamp=1645423376532&type=LIMIT',
    'b33892ae8e687c939f4468c6268ddd4c40ac1af18ad19a064864c47bae0752cd',
  ],
]

const ED25519_SECRET = 'MC4CAQAwBQYDK2VwBCIEIIJEYWtGBrhACmb9Dvy+qa8WEf0lQOl1s4CLIAB9m89u'
const ED25519_VECTORS: readonly [name: string, payload: string, signature: string][] = [
  [
    'a FIX logon',
    'A\u0001EXAMPLE\u0001SPOT\u00011\u000120240627-11:17:25.223',
    '4MHXelVVcpkdwuLbl6n73HQUXUf1dse2PCgT1DYqW9w8AVZ1RACFGM+5UdlGPrQHrgtS3CvsRURC1oj73j8gCA==',
  ],
  [
    'a WebSocket API order',
    'apiKey=4yNzx3yWC5bS6YTwEkSRaC0nRmSQIIStAUOh1b6kqaBrTLIhjCpI5lJH8q8R8WNO&price=52000.00' +
      '&quantity=0.01000000&recvWindow=100&side=SELL&symbol=BTCUSDT&timeInForce=GTC' +
      '&timestamp=1645423376532&type=LIMIT',
    '82wlF5RobwT7JZehRQgOaupNEm5GrAqJj5tqZeCCE6ZxkhlUbWBThOx00q3FVnCKn882P+9p85phztjk4bOMAQ==',
  ],
]

describe('HMAC-SHA256', () => {
  test.each(HMAC_VECTORS)('%s', (_name, payload, signature) => {
    const signer = createSigner('hmac', SECRET)
    expect(signer.sign(payload)).toBe(signature)
    expect(signer.sign(Buffer.from(payload))).toBe(signature)
    expect(verifySignature('hmac', SECRET, payload, signature)).toBe(true)
    expect(verifySignature('hmac', SECRET, `${payload} `, signature)).toBe(false)
    expect(verifySignature('hmac', SECRET, payload, signature.slice(1))).toBe(false)
    expect(verifySignature('hmac', `${SECRET}x`, payload, signature)).toBe(false)
  })
})

describe('Ed25519', () => {
  test.each(ED25519_VECTORS)('%s', (_name, payload, signature) => {
    const signer = createSigner('ed25519', ED25519_SECRET)
    const publicKey = publicKeyOf(ED25519_SECRET)
    expect(signer.sign(payload)).toBe(signature)
    expect(verifySignature('ed25519', publicKey, payload, signature)).toBe(true)
    expect(verifySignature('ed25519', publicKey, `${payload} `, signature)).toBe(false)
    expect(verifySignature('ed25519', publicKey, payload, 'not base64 at all')).toBe(false)
  })

  test('PEM and base64 DER are the same key, both halves', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
    const der = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
    const publicDer = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
    const signature = createSigner('ed25519', `${pem}\n`).sign('payload')
    expect(createSigner('ed25519', der).sign('payload')).toBe(signature)
    expect(verifySignature('ed25519', publicDer, 'payload', signature)).toBe(true)
    expect(publicKeyOf(der)).toBe(publicKeyOf(pem))
  })
})

describe('a key that cannot be used is refused without being shown', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 1_024 })
  const rsaPem = rsa.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()
  const cases: [string, 'hmac' | 'ed25519', string][] = [
    ['empty', 'hmac', ' '],
    ['empty', 'ed25519', ''],
    ['an HMAC secret', 'ed25519', SECRET],
    ['a cut PEM', 'ed25519', '-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n'],
    ['an RSA key', 'ed25519', rsaPem],
  ]

  test.each(cases)('%s for %s', (_what, kind, secret) => {
    let thrown: unknown
    try {
      createSigner(kind, secret)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(EngineError)
    if (!(thrown instanceof EngineError)) return
    expect(thrown.code).toBe('key_unusable')
    expect(thrown.message).toContain('credentials')
    expect(thrown.cause).toBeUndefined()
    for (const part of secret.split('\n')) {
      if (part.length > 8 && !part.startsWith('-----')) expect(thrown.message).not.toContain(part)
    }
  })
})
