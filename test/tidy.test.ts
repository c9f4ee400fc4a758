// Reads the sources and holds them to the house's rules. A failure names file, line and rule;
// the rules themselves are data in tidy/house-rules.ts.
import { describe, expect, it } from 'vitest'
import * as checks from './tidy/checks.ts'
import { codeMapDifferences } from './tidy/code-map.ts'
import { readSources } from './tidy/source-file.ts'

const src = readSources('src', ['.ts', '.js'])
const everything = [
  ...src,
  ...readSources('test', ['.ts']),
  ...readSources('bench', ['.ts']),
  ...readSources('native-free-bench', ['.ts']),
]
const typescript = src.filter((file) => file.path.endsWith('.ts'))

describe('walls', () => {
  it('rooms import what the allow-list grants', () => {
    expect(checks.importsBeyondTheAllowList(src)).toEqual([])
  })
  it('imports are spelled #room/file.ts across rooms', () => {
    expect(checks.wrongImportSpelling(typescript)).toEqual([])
  })
  it('no rooms import each other in a circle', () => {
    expect(checks.roomCycles(src)).toEqual([])
  })
  it('no files import each other in a circle', () => {
    expect(checks.fileCycles(src)).toEqual([])
  })
  it('clock, timers, randomness and console have owners', () => {
    expect(checks.worldOutsideItsOwners(src)).toEqual([])
  })
  it('pure rooms touch no part of the world', () => {
    expect(checks.impurePureRooms(src)).toEqual([])
  })
  it('rooms below the loop know no promises', () => {
    expect(checks.promises(src)).toEqual([])
  })
})

describe('shape', () => {
  it('files and lines are short', () => {
    expect(checks.tooLong(everything)).toEqual([])
  })
  it('functions are short', () => {
    expect(checks.tooLongFunctions(src)).toEqual([])
  })
  it('hot files hold nothing cold', () => {
    expect(checks.coldCodeInHotFiles(src)).toEqual([])
  })
})

describe('constructs', () => {
  it('banned ones are absent', () => {
    expect(checks.bannedConstructs(src)).toEqual([])
  })
  it('casts stay with their owners', () => {
    expect(checks.casts(src)).toEqual([])
  })
})

describe('the tree', () => {
  it('holds no dead files', () => {
    expect(checks.deadFiles(src)).toEqual([])
  })
  it('is drawn in the README', () => {
    expect(codeMapDifferences()).toEqual([])
  })
})
