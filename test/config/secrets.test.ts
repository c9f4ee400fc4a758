import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AccountConfig } from '#config/config.ts'
import { readCredentials } from '#config/secrets.ts'

const ACCOUNT: AccountConfig = { name: 'main', exchange: 'binance', kind: 'hmac' }
const FROM_ENV: AccountConfig = { ...ACCOUNT, keyEnv: 'F_KEY', secretEnv: 'F_SECRET' }

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'floe-secrets-'))
})
afterEach(() => {
  rmSync(directory, { recursive: true })
})

/** An account whose key file holds `text`. */
function withFile(text: string, mode = 0o600): AccountConfig {
  const keyFile = join(directory, 'keys')
  writeFileSync(keyFile, text)
  chmodSync(keyFile, mode)
  return { ...ACCOUNT, keyFile }
}

it('reads the named environment variables, without their line ends', () => {
  const credentials = readCredentials(FROM_ENV, { F_KEY: 'k', F_SECRET: 's\n' })
  expect(credentials).toEqual({ kind: 'hmac', key: 'k', secret: 's' })
})

it('names the variable that is missing or empty, never the value of the other', () => {
  expect(() => readCredentials(FROM_ENV, { F_KEY: 'hush' })).toThrow(
    /^account main: the environment variable F_SECRET is not set((?!hush).)*$/,
  )
  expect(() => readCredentials(FROM_ENV, { F_KEY: ' ' })).toThrow('F_KEY is empty')
})

it('reads key and secret lines of a file, in either order', () => {
  expect(readCredentials(withFile('key = k\nsecret = s\n'), {})).toMatchObject({
    key: 'k',
    secret: 's',
  })
  expect(readCredentials(withFile('secret: s\nkey: k\n'), {})).toMatchObject({
    key: 'k',
    secret: 's',
  })
})

it('reads a PEM secret that spans lines', () => {
  const pem = '-----BEGIN PRIVATE KEY-----\nAAAA\nBBBB\n-----END PRIVATE KEY-----'
  expect(readCredentials(withFile(`key = k\nsecret = ${pem}\n`), {}).secret).toBe(pem)
  expect(readCredentials(withFile(`secret = ${pem}\nkey = k\n`), {}).secret).toBe(pem)
})

it('refuses a file that others may read, and says how to close it', () => {
  expect(() => readCredentials(withFile('key = k\nsecret = hush', 0o640), {})).toThrow(
    /others may read .*keys; run chmod 600/,
  )
})

it('refuses a file without a secret, or one that is not there', () => {
  expect(() => readCredentials(withFile('key = hush\n'), {})).toThrow(/has no secret line/)
  expect(() => readCredentials(withFile('key = hush\n'), {})).not.toThrow('hush')
  const gone: AccountConfig = { ...ACCOUNT, keyFile: join(directory, 'gone') }
  expect(() => readCredentials(gone, {})).toThrow(/cannot be read/)
})

it('refuses an account without any keys', () => {
  expect(() => readCredentials(ACCOUNT, {})).toThrow('give key_env with secret_env, or key_file')
})
