// Finds function bodies in masked code by their braces: enough to measure them, no parser.

export interface FunctionSpan {
  /** `constructor`, `step`, or `anonymous` for an arrow without a name of its own. */
  readonly name: string
  /** From 1, both inclusive. */
  readonly firstLine: number
  readonly lastLine: number
}

const NOT_A_FUNCTION = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'while'])

export function functionsOf(code: string): FunctionSpan[] {
  const spans: FunctionSpan[] = []
  const open: { readonly name: string | null; readonly line: number }[] = []
  let line = 1
  for (let at = 0; at < code.length; at++) {
    const char = code[at]
    if (char === '\n') line++
    if (char === '{') open.push({ name: bodyName(code, at), line })
    if (char !== '}') continue
    const body = open.pop()
    if (body?.name) spans.push({ name: body.name, firstLine: body.line, lastLine: line })
  }
  return spans
}

/** The name of the function whose body opens at `brace`, or null for any other brace. */
function bodyName(code: string, brace: number): string | null {
  const before = code.slice(Math.max(0, brace - 2_000), brace)
  const arrow = /=>\s*$/.exec(before)
  if (arrow) return arrowName(before.slice(0, arrow.index))
  const close = parameterListEnd(before)
  if (close < 0) return null
  const name = /([#\w]+)\s*(?:<[^()]*>)?\s*$/.exec(
    before.slice(0, matchingOpen(before, close)),
  )?.[1]
  return name === undefined || NOT_A_FUNCTION.has(name) ? null : name
}

/** Index of the `)` that ends a parameter list, after which only a return type stands; else −1. */
function parameterListEnd(before: string): number {
  const plain = /\)\s*(?::\s*[^(){};=]*[\w\]>'"]\s*)?$/.exec(before)
  if (plain) return plain.index
  // Return types with brackets of their own: `): Promise<{ a: number }> {`, `): (a: A) => B {`.
  const braced = /\)\s*:\s*[\w<| ]*\{[^{}]*\}[>\w[\]| ]*$/.exec(before)
  const returned = /\)\s*:\s*\([^()]*\)\s*=>\s*\w+\s*$/.exec(before)
  return (braced ?? returned)?.index ?? -1
}

function matchingOpen(text: string, close: number): number {
  let depth = 0
  for (let at = close; at >= 0; at--) {
    if (text[at] === ')') depth++
    if (text[at] === '(' && --depth === 0) return at
  }
  return 0
}

/** `const step = (nowNs: number): void` is `step`. */
function arrowName(before: string): string {
  const statement = before.slice(Math.max(before.lastIndexOf('\n\n'), before.lastIndexOf(';')) + 1)
  return /(?:const|let)\s+(\w+)[^=]*=\s*(?:async\s*)?[^=]*$/.exec(statement)?.[1] ?? 'anonymous'
}
