// The rules must be able to fail: each is shown one file that breaks it and one that does not.
import { describe, expect, it } from 'vitest'
import * as checks from './checks.ts'
import { mappedDirectories } from './code-map.ts'
import { functionsOf } from './functions.ts'
import { maskText } from './mask.ts'
import { sourceFile } from './source-file.ts'

describe('masking', () => {
  it('keeps code, lines and offsets, and blanks the rest', () => {
    const text = "const a = 'x{' // await\nconst b = `p${q + `r`}s` /* any */ + /[/']/.test(a)\n"
    const { code, comments } = maskText(text)
    expect(code.length).toBe(text.length)
    expect(code).not.toMatch(/await|any|x\{|p|s`|\[/)
    expect(code).toContain('q + ')
    expect(code).toContain('.test(a)')
    expect(comments).toContain('await')
  })
})

describe('functions', () => {
  it('are found with their names and lengths, whatever they return', () => {
    const code = `
function plain(a: number): void {
}
export class C {
  constructor(
    a: number,
  ) {
  }
  async #hidden(options: { json: boolean }): Promise<{ ok: boolean }> {
    if (a) {
    }
  }
}
const arrow = (a: A): B => {
}
function curried(): (a: A) => B {
}
`
    const found = functionsOf(code).map((f) => [f.name, f.lastLine - f.firstLine + 1])
    expect(found).toEqual([
      ['plain', 2],
      ['constructor', 2],
      ['#hidden', 4],
      ['arrow', 2],
      ['curried', 2],
    ])
  })
})

type Check = (files: ReturnType<typeof sourceFile>[]) => string[]

const BROKEN: [rule: string, check: Check, path: string, text: string, failure: string][] = [
  [
    'a wall',
    checks.importsBeyondTheAllowList,
    'src/task/a.ts',
    "import { b } from '#venue/b.ts'",
    '1',
  ],
  [
    'a value through a type wall',
    checks.importsBeyondTheAllowList,
    'src/control/a.ts',
    "import { b } from '#task/b.ts'",
    '1',
  ],
  [
    'loop beyond the port',
    checks.importsBeyondTheAllowList,
    'src/loop/a.ts',
    "import { b } from '#venue/registry.ts'",
    '1',
  ],
  [
    'spelling',
    checks.wrongImportSpelling,
    'src/task/a.ts',
    "import { b } from '../core/b.ts'",
    '1',
  ],
  ['a clock', checks.worldOutsideItsOwners, 'src/journal/a.ts', '\nconst t = Date.now()', '2'],
  ['a timer', checks.worldOutsideItsOwners, 'src/log/a.ts', 'setTimeout(f, 1)', '1'],
  ['a pure room with a Date', checks.impurePureRooms, 'src/book/a.ts', 'new Date(1)', '1'],
  ['a pure room with a disk', checks.impurePureRooms, 'src/sim/a.ts', "import 'node:fs'", '1'],
  ['a promise', checks.promises, 'src/order/a.ts', 'await x', '1'],
  ['a wide line', checks.tooLong, 'src/a.ts', ' '.repeat(101), '1'],
  ['a long file', checks.tooLong, 'src/a.ts', '\n'.repeat(401), '1'],
  [
    'a long function',
    checks.tooLongFunctions,
    'src/a.ts',
    `function f() {${'\n'.repeat(70)}}`,
    '1',
  ],
  [
    'a hot closure',
    checks.coldCodeInHotFiles,
    'src/book/a.ts',
    '// Hot path.\nfunction f() {\n  g(() => 1)\n}',
    '3',
  ],
  [
    'a hot spread',
    checks.coldCodeInHotFiles,
    'src/book/a.ts',
    '// Hot path.\nfunction f() {\n  g(...a)\n}',
    '3',
  ],
  ['an enum', checks.bannedConstructs, 'src/a.ts', 'export enum A {}', '1'],
  ['any', checks.bannedConstructs, 'src/a.ts', 'let a: any', '1'],
  ['a default export', checks.bannedConstructs, 'src/a.ts', 'export default 1', '1'],
  ['a barrel', checks.bannedConstructs, 'src/a.ts', "export * from './b.ts'", '1'],
  ['a promise to finish', checks.bannedConstructs, 'src/a.ts', '// TODO later', '1'],
  ['a suffix', checks.bannedConstructs, 'src/a.ts', 'class OrderManager {}', '1'],
  ['a bang', checks.bannedConstructs, 'src/a.ts', 'a.b!.c()', '1'],
  ['a file name', checks.bannedConstructs, 'src/orderTable.ts', '', '1'],
  ['a cast', checks.casts, 'src/book/a.ts', 'const a = b as C', '1'],
]

describe('each rule sees what breaks it', () => {
  it.each(BROKEN)('%s', (_, check, path, text, line) => {
    const failures = check([sourceFile(path, text)])
    expect(failures).toHaveLength(1)
    expect(failures[0]).toMatch(new RegExp(`^${path}:${line}: `))
  })

  it('circles of rooms and of files', () => {
    const files = [
      sourceFile('src/book/a.ts', "import { b } from '#order/b.ts'"),
      sourceFile('src/order/b.ts', "import { a } from '#book/a.ts'"),
    ]
    expect(checks.roomCycles(files)).toEqual(['book → order → book'])
    expect(checks.fileCycles(files)).toEqual(['src/book/a.ts → src/order/b.ts → src/book/a.ts'])
  })

  it('files that nothing reaches, but not those named to a thread', () => {
    const files = [
      sourceFile('src/main.ts', "import { a } from './cli/a.ts'"),
      sourceFile('src/cli/a.ts', "new URL('../log/b.ts', x)"),
      sourceFile('src/log/b.ts', ''),
      sourceFile('src/log/dead.ts', ''),
    ]
    expect(checks.deadFiles(files)).toEqual(['src/log/dead.ts:1: nothing that runs imports it'])
  })
})

it.each<[string, Check, string, string]>([
  [
    'a type through a type wall',
    checks.importsBeyondTheAllowList,
    'src/control/a.ts',
    "import type { B } from '#task/b.ts'",
  ],
  ['an owner with its clock', checks.worldOutsideItsOwners, 'src/core/real-clock.ts', 'Date.now()'],
  ['a word in a comment', checks.promises, 'src/order/a.ts', '// await the venue'],
  ['a word in a string', checks.bannedConstructs, 'src/a.ts', "const a = 'any, TODO'"],
  ['an indexed read', checks.bannedConstructs, 'src/a.ts', 'a[0]!.b(c !== d)'],
  ['a constant assertion', checks.casts, 'src/a.ts', 'const a = [1] as const'],
  ['a renamed import', checks.casts, 'src/a.ts', "import * as a from './b.ts'"],
  [
    'a closure in a cold function',
    checks.coldCodeInHotFiles,
    'src/book/a.ts',
    '// Hot path.\n/** Cold: at start. */\nfunction f(\n  a: A,\n) {\n  g(() => 1)\n}',
  ],
  [
    'a closure in a constructor',
    checks.coldCodeInHotFiles,
    'src/book/a.ts',
    '// Hot path.\nclass A {\n  constructor() {\n    g(() => 1)\n  }\n}',
  ],
])('lets %s pass', (_, check, path, text) => {
  expect(check([sourceFile(path, text)])).toEqual([])
})

it('reads the rooms off a code map', () => {
  const readme =
    '# floe\n\n## Code map\n\n```\nsrc/\n  src/core/   units\n  src/wire/   links\n```\n\n## Next\n'
  expect(mappedDirectories(readme)).toEqual(['core', 'wire'])
})
