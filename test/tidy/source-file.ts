// A source file as the rules see it: lines, code without comments and strings, and its imports.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { functionsOf, type FunctionSpan } from './functions.ts'
import { maskText } from './mask.ts'

export interface ImportSite {
  /** As the repository names it (`src/core/units.ts`), or the bare name of a package. */
  readonly target: string
  readonly isTypeOnly: boolean
  readonly line: number
}

export interface SourceFile {
  /** `src/core/units.ts` */
  readonly path: string
  /** `core`; `''` for a file directly in src/. */
  readonly room: string
  readonly lines: readonly string[]
  readonly codeLines: readonly string[]
  readonly commentLines: readonly string[]
  readonly functions: readonly FunctionSpan[]
  readonly imports: readonly ImportSite[]
  readonly isHot: boolean
}

const STATIC_IMPORT = /^(import|export)(\s+type)?\b([^'";]*?\bfrom\b)?\s*'([^'\n]+)'/gm
const DYNAMIC_IMPORT = /\bimport\('([^'\n]+)'\)/g

/** Every file below `folder` whose name ends in one of `endings`, in a fixed order. */
export function readSources(folder: string, endings: readonly string[]): SourceFile[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .filter((name) => !name.includes('node_modules'))
    .toSorted()
    .map((name) => sourceFile(join(folder, name), readFileSync(join(folder, name), 'utf8')))
}

export function sourceFile(path: string, text: string): SourceFile {
  const { code, comments } = maskText(text)
  const parts = path.split('/')
  return {
    path,
    room: parts.length > 2 ? (parts[1] ?? '') : '',
    lines: text.split('\n'),
    codeLines: code.split('\n'),
    commentLines: comments.split('\n'),
    functions: functionsOf(code),
    imports: importsOf(path, text),
    isHot: text.startsWith('// Hot path.'),
  }
}

function importsOf(path: string, text: string): ImportSite[] {
  const sites: ImportSite[] = []
  for (const match of text.matchAll(STATIC_IMPORT)) {
    const [, , type, , target] = match
    if (target === undefined) continue
    const line = lineAt(text, match.index)
    sites.push({ target: resolved(path, target), isTypeOnly: type !== undefined, line })
  }
  for (const match of text.matchAll(DYNAMIC_IMPORT)) {
    const target = resolved(path, match[1] ?? '')
    sites.push({ target, isTypeOnly: false, line: lineAt(text, match.index) })
  }
  return sites
}

function resolved(path: string, target: string): string {
  if (target.startsWith('#')) return `src/${target.slice(1)}`
  if (target.startsWith('.')) return posix.join(posix.dirname(path), target)
  return target
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
