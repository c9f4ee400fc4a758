// Reads an account's keys from the environment or from a file that only its owner can read.
// The values go to the caller and nowhere else: no message here ever repeats one.
import { readFileSync, statSync } from 'node:fs'
import { errorText, EngineError } from '#core/engine-error.ts'
import type { AccountConfig } from './config.ts'

/** The same shape as the venue port's Credentials. */
export interface AccountCredentials {
  readonly kind: 'hmac' | 'ed25519'
  readonly key: string
  readonly secret: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Anyone but the owner: a key file must give them nothing. */
const OTHERS_MODE_BITS = 0o077

/**
 * @throws EngineError `no_credentials` or `bad_key_file`, naming the variable or the file and
 * the fix.
 */
export function readCredentials(account: AccountConfig, env: Environment): AccountCredentials {
  if (account.keyFile !== undefined) return fromFile(account, account.keyFile)
  if (account.keyEnv !== undefined && account.secretEnv !== undefined) {
    return {
      kind: account.kind,
      key: fromEnvironment(account, account.keyEnv, env),
      secret: fromEnvironment(account, account.secretEnv, env),
    }
  }
  throw new EngineError(
    'no_credentials',
    `account ${account.name} has no keys: give key_env with secret_env, or key_file`,
  )
}

function fromEnvironment(account: AccountConfig, variable: string, env: Environment): string {
  const value = env[variable]?.trim()
  if (value) return value
  const state = env[variable] === undefined ? 'is not set' : 'is empty'
  throw new EngineError(
    'no_credentials',
    `account ${account.name}: the environment variable ${variable} ${state}; ` +
      'export it before the start',
  )
}

function fromFile(account: AccountConfig, path: string): AccountCredentials {
  const text = readPrivateFile(account, path)
  const key = /^key\s*[:=]\s*(\S+)\s*$/m.exec(text)?.[1]
  // A PEM key spans lines: it begins on the secret line and ends the file.
  const secret = /^secret\s*[:=]\s*([\s\S]+?)\s*(?=^key\s*[:=]|$(?![\s\S]))/m.exec(text)?.[1]
  if (key && secret) return { kind: account.kind, key, secret }
  throw new EngineError(
    'bad_key_file',
    `account ${account.name}: ${path} has no ${key ? 'secret' : 'key'} line; ` +
      'write "key = …" and "secret = …", each on a line of its own',
  )
}

function readPrivateFile(account: AccountConfig, path: string): string {
  try {
    const { mode } = statSync(path)
    if ((mode & OTHERS_MODE_BITS) === 0) return readFileSync(path, 'utf8')
  } catch (error) {
    throw new EngineError(
      'bad_key_file',
      `account ${account.name}: the key file cannot be read (${errorText(error)})`,
    )
  }
  throw new EngineError(
    'bad_key_file',
    `account ${account.name}: others may read ${path}; run chmod 600 ${path}`,
  )
}
