// The rules of the house, each a function from files to failures (`path:line: what is wrong`).
import * as house from './house-rules.ts'
import type { FunctionSpan } from './functions.ts'
import type { SourceFile } from './source-file.ts'

type Files = readonly SourceFile[]

export function importsBeyondTheAllowList(files: Files): string[] {
  const failures: string[] = []
  for (const file of files) {
    const allowed = house.ROOM_IMPORTS[file.room]
    if (allowed === undefined) failures.push(`${file.path}:1: room ${file.room} has no rule`)
    for (const { target, isTypeOnly, line } of file.imports) {
      if (!target.startsWith('src/')) continue
      if (mayImport(file, target, isTypeOnly)) continue
      failures.push(`${file.path}:${line}: ${file.room} may not import ${target}`)
    }
  }
  return failures
}

function mayImport(file: SourceFile, target: string, isTypeOnly: boolean): boolean {
  const room = roomOf(target)
  if (room === file.room || room === 'core') return true
  if (house.IMPORT_EXCEPTIONS[`${file.path} → ${target}`] !== undefined) return true
  if (isTypeOnly && house.TYPE_IMPORTERS.has(file.room)) return true
  const allowed = house.ROOM_IMPORTS[file.room] ?? []
  if (allowed.includes('*')) return true
  if (file.room === 'loop' && room === 'venue') {
    return house.LOOP_MAY_IMPORT_OF_VENUE.includes(target)
  }
  return allowed.includes(room)
}

export function wrongImportSpelling(files: Files): string[] {
  return scanLines(files, (line) => {
    if (/\bfrom '\.\.\//.test(line)) return 'import across folders by #room/file.ts'
    return /\bfrom '[.#][^']*(?<!\.ts)'/.test(line) ? 'imports end in .ts' : null
  })
}

/** Cycles of rooms, each once, as `book → market → book`. */
export function roomCycles(files: Files): string[] {
  const edges = new Map<string, Set<string>>()
  for (const file of files) {
    for (const { target } of file.imports) {
      const room = roomOf(target)
      const isInside = !target.startsWith('src/') || room === file.room || file.room === ''
      if (isInside || house.IMPORT_EXCEPTIONS[`${file.path} → ${target}`] !== undefined) continue
      edges.set(file.room, (edges.get(file.room) ?? new Set()).add(room))
    }
  }
  return cyclesIn(edges)
}

/** Cycles of files that import values of each other. */
export function fileCycles(files: Files): string[] {
  const edges = new Map<string, Set<string>>()
  for (const file of files) {
    const values = file.imports.filter((site) => !site.isTypeOnly && site.target.startsWith('src/'))
    edges.set(file.path, new Set(values.map((site) => site.target)))
  }
  return cyclesIn(edges)
}

function cyclesIn(edges: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const cycles: string[] = []
  const finished = new Set<string>()
  const visit = (node: string, trail: readonly string[]): void => {
    const start = trail.indexOf(node)
    if (start >= 0) cycles.push([...trail.slice(start), node].join(' → '))
    if (start >= 0 || finished.has(node)) return
    for (const next of edges.get(node) ?? []) visit(next, [...trail, node])
    finished.add(node)
  }
  for (const node of edges.keys()) visit(node, [])
  return cycles
}

const WORLD = [
  [/\bDate\.now\b|\bnew Date\(\)/, 'the wall clock'],
  [/\bMath\.random\b/, 'Math.random'],
  [/(?<![.\w])(setTimeout|setInterval|setImmediate|queueMicrotask)\b/, 'a timer'],
  [/(?<![.\w])performance\b/, 'performance'],
  [/(?<![.\w])console\b/, 'console'],
  [/\b(randomBytes|randomUUID|randomInt|getRandomValues)\b/, 'randomness of the system'],
] as const

/** Clock, timers, randomness and console outside their owners, in every room. */
export function worldOutsideItsOwners(files: Files): string[] {
  const guests = files.filter((file) => !isOwner(file))
  return scanCode(guests, (line) => WORLD.find(([pattern]) => pattern.test(line))?.[1] ?? null)
}

export function impurePureRooms(files: Files): string[] {
  const pure = files.filter((file) => isPure(file) && !isOwner(file))
  const failures = scanCode(pure, (line) => {
    if (/(?<![.\w])Date\b/.test(line)) return 'Date in a pure room'
    return /(?<![.\w#])process\./.test(line) ? 'process in a pure room' : null
  })
  for (const file of pure) {
    for (const { target, line } of file.imports) {
      if (!target.startsWith('node:') || house.PURE_NODE_MODULES.has(target)) continue
      failures.push(`${file.path}:${line}: ${target} in a pure room`)
    }
  }
  return failures
}

export function promises(files: Files): string[] {
  const rooms = files.filter((file) => house.NO_PROMISE_ROOMS.has(file.room))
  const guests = rooms.filter((file) => house.PROMISE_OWNERS[file.path] === undefined)
  return scanCode(guests, (line) =>
    /\b(async|await|Promise)\b|\.then\(/.test(line) ? 'a promise in a room without promises' : null,
  )
}

export function tooLong(files: Files): string[] {
  const failures: string[] = []
  for (const file of files) {
    const lineCount = file.lines.length - 1
    if (lineCount > house.FILE_LINES_MAX) failures.push(`${file.path}:1: ${lineCount} lines`)
    file.lines.forEach((line, index) => {
      const columns = Array.from(line).length
      if (columns > house.COLUMNS_MAX)
        failures.push(`${file.path}:${index + 1}: ${columns} columns`)
    })
  }
  return failures
}

export function tooLongFunctions(files: Files): string[] {
  return files.flatMap((file) =>
    file.functions
      .map((span) => ({ ...span, lineCount: span.lastLine - span.firstLine + 1 }))
      .filter((span) => span.lineCount > house.FUNCTION_LINES_MAX)
      .filter((span) => house.LONG_FUNCTIONS[`${file.path} ${span.name}`] === undefined)
      .map((span) => `${file.path}:${span.firstLine}: ${span.name} has ${span.lineCount} lines`),
  )
}

const BANNED = [
  [/^\s*(export\s+)?(declare\s+)?(const\s+)?enum\b/, 'enum'],
  [/[:<|&(,]\s*any\b|\bas any\b|\bany\[\]/, 'any'],
  [/^\s*export default\b/, 'a default export'],
  [/^export (\*|\{[^}]*\}) from/, 'a re-export'],
  [/[\w)]!(?=[.,;)\]\s[]|$)(?!=)/, 'a non-null ! on something else than an indexed read'],
  [/\b(class|interface|type|function)\s+\w*(Manager|Helper|Utils?|Service)\b/, 'a banned suffix'],
  [/\b(class|interface|type)\s+(Base[A-Z]|I[A-Z][a-z])/, 'a banned prefix'],
] as const

export function bannedConstructs(files: Files): string[] {
  const own = files.filter((file) => !file.path.endsWith('.d.ts'))
  const failures = scanCode(own, (line) => BANNED.find(([p]) => p.test(line))?.[1] ?? null)
  for (const file of own) {
    file.commentLines.forEach((line, index) => {
      if (/\b(TODO|FIXME|XXX)\b/.test(line)) failures.push(`${file.path}:${index + 1}: unfinished`)
    })
    const name = file.path.split('/').at(-1) ?? ''
    if (name.startsWith('index.')) failures.push(`${file.path}:1: an index file`)
    if (/(manager|helper|utils?|service)\./.test(name)) failures.push(`${file.path}:1: banned name`)
    if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.test)?(\.d)?\.(ts|js)$/.test(name)) {
      failures.push(`${file.path}:1: file names are kebab-case`)
    }
  }
  return failures
}

/** Numbers of our own that come back as plain numbers: read from a typed array, or from a table. */
const READ_BACK = /\]!? as [A-Z]\w*|\bnext as [A-Z]\w*(State|Phase)\b/g

export function casts(files: Files): string[] {
  const guests = files.filter((file) => house.CAST_OWNERS[file.path] === undefined)
  return scanCode(guests, (line) => {
    const isRenaming = /^\s*(import|export)\b|^\s*(type )?\w+ as \w+,?$/.test(line)
    const rest = line.replace(READ_BACK, '')
    return !isRenaming && /[\w)\]}"'`>!] as (?!const\b)/.test(rest) ? 'a cast' : null
  })
}

const COLD = [
  [/\b(async|await)\b/, 'async'],
  [/\.\.\.(?=[\w#[(])/, 'spread or rest'],
  [/=>/, 'a closure'],
  [/\.(map|filter|forEach|reduce|some|every|flatMap)\(/, 'an array callback'],
] as const

/** Hot files, except constructors, functions whose comment says Cold, and what runs at load. */
export function coldCodeInHotFiles(files: Files): string[] {
  const failures: string[] = []
  for (const file of files.filter(({ isHot }) => isHot)) {
    file.codeLines.forEach((code, index) => {
      const line = index + 1
      const found = COLD.find(([pattern]) => pattern.test(code))?.[1]
      if (found === undefined || isTypeLine(code) || !isInHotFunction(file, line)) return
      failures.push(`${file.path}:${line}: ${found} on the hot path`)
    })
  }
  return failures
}

function isInHotFunction(file: SourceFile, line: number): boolean {
  const around = file.functions.filter((f) => f.firstLine <= line && line <= f.lastLine)
  const isHot = ({ name, firstLine }: FunctionSpan): boolean =>
    name !== 'constructor' && !isDeclaredCold(file, firstLine)
  return around.length > 0 && around.every(isHot)
}

/** The comment right above a function begins its life as `Cold path: …` or the like. */
function isDeclaredCold(file: SourceFile, bodyLine: number): boolean {
  for (let index = bodyLine - 1; index >= 0 && file.lines[index] !== ''; index--) {
    if (/\bCold\b/.test(file.commentLines[index] ?? '')) return true
    if (/^\s*\}/.test(file.codeLines[index] ?? '') && index < bodyLine - 1) return false
  }
  return false
}

/** A function type, not a function. */
function isTypeLine(code: string): boolean {
  return /^\s*((export\s+)?type\s|readonly\s+\w+\??:|\w+\??:\s*\([^)]*\)\s*=>\s*\w+,?$)/.test(code)
}

/** Files that neither an entry nor anything an entry reaches mentions. */
export function deadFiles(files: Files): string[] {
  const byPath = new Map(files.map((file) => [file.path, file]))
  const alive = new Set<string>()
  const reach = (path: string): void => {
    const file = byPath.get(path)
    if (file === undefined || alive.has(path)) return
    alive.add(path)
    for (const { target } of file.imports) reach(target)
    for (const mentioned of filesMentioned(file)) reach(mentioned)
  }
  for (const entry of [...house.ENTRIES, ...Object.keys(house.TEST_BED)]) reach(entry)
  return files
    .filter(({ path }) => !alive.has(path) && !path.endsWith('.d.ts'))
    .map(({ path }) => `${path}:1: nothing that runs imports it`)
}

/** Threads and processes are started by file name: a mention in a string is a use. */
function filesMentioned(file: SourceFile): string[] {
  const folder = file.path.slice(0, file.path.lastIndexOf('/'))
  return file.lines.flatMap((line) =>
    [...line.matchAll(/['"`](#|\.\.?\/|src\/)([\w./-]+\.ts)['"`]/g)].map(([, base, name]) => {
      if (base === '../') return `src/${name}`
      return base === './' ? `${folder}/${name}` : `src/${name}`
    }),
  )
}

function scanCode(files: Files, problem: (code: string) => string | null): string[] {
  return files.flatMap((file) => scan(file, file.codeLines, problem))
}

function scanLines(files: Files, problem: (line: string) => string | null): string[] {
  return files.flatMap((file) => scan(file, file.lines, problem))
}

function scan(
  file: SourceFile,
  lines: readonly string[],
  problem: (line: string) => string | null,
): string[] {
  return lines.flatMap((line, index) => {
    const found = problem(line)
    return found === null ? [] : [`${file.path}:${index + 1}: ${found}`]
  })
}

function isPure(file: SourceFile): boolean {
  return house.PURE_ROOMS.has(file.room) || house.PURE_FILES.has(file.path)
}

function isOwner(file: SourceFile): boolean {
  return Object.keys(house.WORLD_OWNERS).some((owner) => file.path.startsWith(owner))
}

function roomOf(path: string): string {
  const parts = path.split('/')
  return parts.length > 2 ? (parts[1] ?? '') : ''
}
