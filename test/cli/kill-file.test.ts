import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  killFilePath,
  lookForKillFile,
  readKillFile,
  removeKillFile,
  userName,
  writeKillFile,
} from '#cli/kill-file.ts'

let stateDir: string
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'floe-killfile-'))
})
afterEach(() => rmSync(stateDir, { recursive: true }))

const put = (text: string) => writeFileSync(killFilePath(stateDir), text)
const CAUSE = { origin: 'cli', who: 'alice', reason: 'a wrong price' }

it('is not there at first', async () => {
  expect(readKillFile(stateDir)).toBeNull()
  expect(await lookForKillFile(stateDir)).toBeNull()
  expect(await lookForKillFile(join(stateDir, 'nowhere'))).toBeNull()
  removeKillFile(stateDir)
})

it.each([
  ['one line', 'the desk says stop\n', 'the desk says stop'],
  ['behind comments and blanks', '# note\n\n  stop  \nmore\n', 'stop'],
  ['a long one', 'x'.repeat(600), 'x'.repeat(500)],
])('its reason is the first line that says something: %s', async (_what, text, reason) => {
  put(text)
  expect(readKillFile(stateDir)).toEqual({ origin: 'file', who: userName(), reason })
  expect(await lookForKillFile(stateDir)).toEqual(readKillFile(stateDir))
})

it('an empty one counts, and so does one that cannot be read', () => {
  put('')
  expect(readKillFile(stateDir)?.reason).toContain(killFilePath(stateDir))
  chmodSync(killFilePath(stateDir), 0)
  expect(readKillFile(stateDir)).not.toBeNull()
})

it('what is written is read back, by its owner alone', () => {
  writeKillFile(stateDir, CAUSE)
  expect(readKillFile(stateDir)?.reason).toBe('a wrong price')
  const text = readFileSync(killFilePath(stateDir), 'utf8')
  expect(text).toMatch(/^a wrong price\n# engaged by alice \(cli\), \d{4}-.*Z\n# removing/)
})

it('one that is there stays as it is', () => {
  put('mine')
  writeKillFile(stateDir, CAUSE)
  expect(readFileSync(killFilePath(stateDir), 'utf8')).toBe('mine')
  removeKillFile(stateDir)
  expect(existsSync(killFilePath(stateDir))).toBe(false)
})

it('a directory that takes no file is an error, not a silence', () => {
  expect(() => writeKillFile(join(stateDir, 'nowhere'), CAUSE)).toThrow('ENOENT')
})
