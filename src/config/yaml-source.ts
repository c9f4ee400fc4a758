// A YAML text that remembers where everything stands, so that an error can point at it.
// It knows nothing of what the keys mean: schema.ts does.
import { isAlias, isCollection, isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Document, ParsedNode } from 'yaml'
import { ConfigError } from './config-error.ts'

export type KeyPath = readonly (string | number)[]

export class YamlSource {
  readonly value: unknown
  readonly #file: string
  readonly #lines: LineCounter
  readonly #document: Document.Parsed

  /** @throws ConfigError for text that is no YAML: a tab, a duplicate key, an open quote. */
  constructor(text: string, file: string) {
    this.#file = file
    this.#lines = new LineCounter()
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false })
    const broken = [...this.#document.errors, ...this.#document.warnings]
    if (broken.length > 0) {
      throw new ConfigError(
        broken.map((error) => ({
          position: this.#at(error.pos[0]),
          key: 'configuration',
          found: `broken YAML (${error.message})`,
          allowed: 'YAML 1.2 with each key once in its map',
        })),
      )
    }
    this.value = this.#document.toJS()
  }

  /** `file:line:column` of the value at `path`, or of its nearest parent that exists. */
  positionOf(path: KeyPath): string {
    for (let depth = path.length; depth > 0; depth--) {
      const key = this.#keyOffset(path.slice(0, depth))
      const value = this.#node(path.slice(0, depth))?.range?.[0]
      // A map's own range begins at its first entry: its key says better where it is.
      const offset = depth === path.length && value !== undefined ? value : (key ?? value)
      if (offset !== undefined) return this.#at(offset)
    }
    return this.#at(this.#document.contents?.range?.[0] ?? 0)
  }

  /** `file:line:column` of the key that ends `path`. */
  positionOfKey(path: KeyPath): string {
    const offset = this.#keyOffset(path)
    return offset === undefined ? this.positionOf(path) : this.#at(offset)
  }

  /** What stands at `path`, as it was written: `the bare number 0.10`, `"long"`, `a list`. */
  describe(path: KeyPath): string {
    const node = this.#node(path)
    if (!node) return 'nothing'
    if (isAlias(node)) return `the alias *${node.source}`
    if (isMap(node)) return 'a map'
    if (isCollection(node)) return 'a list'
    if (!isScalar(node)) return 'nothing'
    const written = node.source ?? ''
    if (node.value === null) return 'nothing'
    if (typeof node.value === 'number') return `the bare number ${written}`
    return typeof node.value === 'boolean' ? `the bare word ${written}` : JSON.stringify(written)
  }

  #node(path: KeyPath): ParsedNode | undefined {
    let node: unknown = this.#document.contents
    for (const step of path) {
      // A single entry may be written in place of a list of one: then step 0 is the entry itself.
      if (step === 0 && isMap(node)) continue
      if (!isCollection(node)) return undefined
      node = node.get(step, true)
    }
    return isNode(node) ? node : undefined
  }

  #keyOffset(path: KeyPath): number | undefined {
    const parent = this.#node(path.slice(0, -1))
    if (!isMap(parent)) return undefined
    const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1))
    return pair && isScalar(pair.key) ? pair.key.range?.[0] : undefined
  }

  #at(offset: number): string {
    const { line, col } = this.#lines.linePos(offset)
    return `${this.#file}:${Math.max(1, line)}:${Math.max(1, col)}`
  }
}

function isNode(value: unknown): value is ParsedNode {
  return isScalar(value) || isCollection(value) || isAlias(value)
}

/** `tasks[0].side` */
export function keyText(path: KeyPath): string {
  let text = ''
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`
    else text += text === '' ? step : `.${step}`
  }
  return text === '' ? 'configuration' : text
}
