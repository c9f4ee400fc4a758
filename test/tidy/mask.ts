// Blanks what is not code (comments, the insides of strings, templates and regular expressions),
// keeping every offset and line, so that a rule can look for words without a parser.

export interface MaskedText {
  /** Code alone; all else is spaces. */
  readonly code: string
  /** Comments alone; all else is spaces. */
  readonly comments: string
}

/** A `/` after one of these begins a regular expression, after anything else it divides. */
const BEFORE_REGEX = /(^|[(,=:[!&|?{};+\-*%<>~^]|\breturn|\btypeof|\bcase|=>)\s*$/

export function maskText(text: string): MaskedText {
  return new Masker(text).run()
}

class Masker {
  readonly #text: string
  readonly #code: string[] = []
  readonly #comments: string[] = []
  /** Brace depth at which each open `${` returns to its template. */
  readonly #templates: number[] = []
  #depth = 0
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  run(): MaskedText {
    while (this.#at < this.#text.length) this.#step()
    return { code: this.#code.join(''), comments: this.#comments.join('') }
  }

  #step(): void {
    const two = this.#text.slice(this.#at, this.#at + 2)
    const char = two[0] ?? ''
    if (two === '//') this.#comment(this.#text.indexOf('\n', this.#at))
    else if (two === '/*') this.#comment(this.#text.indexOf('*/', this.#at + 2) + 2)
    else if (char === "'" || char === '"') this.#quoted(char)
    else if (char === '`') this.#template()
    else if (char === '/' && this.#regexStarts()) this.#regex()
    else this.#plain(char)
  }

  #plain(char: string): void {
    if (char === '{') this.#depth++
    if (char === '}') {
      if (this.#templates.at(-1) === this.#depth) {
        this.#templates.pop()
        this.#depth--
        this.#template()
        return
      }
      this.#depth--
    }
    this.#code.push(char)
    this.#comments.push(char === '\n' ? char : ' ')
    this.#at++
  }

  #comment(end: number): void {
    const stop = end < this.#at ? this.#text.length : end
    const comment = this.#text.slice(this.#at, stop)
    this.#code.push(blank(comment))
    this.#comments.push(comment)
    this.#at = stop
  }

  #quoted(quote: string): void {
    let end = this.#at + 1
    while (end < this.#text.length && this.#text[end] !== quote) {
      end += this.#text[end] === '\\' ? 2 : 1
    }
    this.#skipTo(end + 1, quote)
  }

  /** From a backtick, or from the brace that ends a `${…}`, to the next of either. */
  #template(): void {
    let end = this.#at + 1
    while (end < this.#text.length && this.#text[end] !== '`') {
      if (this.#text.startsWith('${', end)) {
        this.#skipTo(end + 2, '`')
        this.#templates.push(++this.#depth)
        return
      }
      end += this.#text[end] === '\\' ? 2 : 1
    }
    this.#skipTo(end + 1, '`')
  }

  #regexStarts(): boolean {
    return BEFORE_REGEX.test(this.#code.slice(-40).join('').slice(-40))
  }

  #regex(): void {
    let end = this.#at + 1
    let inClass = false
    while (end < this.#text.length && (inClass || this.#text[end] !== '/')) {
      if (this.#text[end] === '[') inClass = true
      if (this.#text[end] === ']') inClass = false
      end += this.#text[end] === '\\' ? 2 : 1
    }
    this.#skipTo(end + 1, '"')
  }

  /** Leaves the delimiters standing as quotes, so that the code still reads as an expression. */
  #skipTo(end: number, quote: string): void {
    const skipped = blank(this.#text.slice(this.#at, end))
    this.#comments.push(skipped)
    this.#code.push(skipped.length < 2 ? skipped : quote + skipped.slice(1, -1) + quote)
    this.#at = end
  }
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ')
}
