// The head of an HTTP/1.1 message, both ways: a start line and header fields (RFC 9112).
// Reading returns a refusal in words instead of throwing: what a peer sends is never our bug.
// Writing throws on a field that would break the framing: what we send is.
import { EngineError } from '#core/engine-error.ts'

export type HeaderFields = readonly (readonly [name: string, value: string])[]

export interface HttpHead {
  /** Of a response; 0 in a request. */
  readonly status: number
  /** Of a request; '' in a response. */
  readonly method: string
  readonly target: string
  /** HTTP/1.0 or HTTP/1.1. */
  readonly minorVersion: number
  /** By lower-case name; repeated fields are joined by ', '. */
  readonly headers: ReadonlyMap<string, string>
}

export interface HttpRefusal {
  readonly refusal: string
}

const RESPONSE_LINE = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: .*)?$/
const REQUEST_LINE = /^([A-Z]+) ([!-~]+) HTTP\/1\.([01])$/
/** RFC 9110 §5.6.2 tokens. */
const FIELD_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** Printable, or not ASCII at all; never a control character that could end a line. */
// oxlint-disable-next-line no-control-regex
const FIELD_VALUE = /^[^\u0000-\u0008\u000a-\u001f\u007f]*$/
const TARGET = /^[!-~]+$/
const HEADER_FIELDS_MAX = 128

/** `text` is the head without its closing empty line, read as Latin-1. */
export function parseHead(text: string, kind: 'request' | 'response'): HttpHead | HttpRefusal {
  const lines = text.split('\r\n')
  const startLine = lines[0] ?? ''
  const headers = parseFields(lines)
  if (!(headers instanceof Map)) return headers
  const match = (kind === 'request' ? REQUEST_LINE : RESPONSE_LINE).exec(startLine)
  if (!match) return { refusal: `not an HTTP/1.1 ${kind} line: "${printable(startLine)}"` }
  if (kind === 'request') {
    const [, method = '', target = '', minor] = match
    return { status: 0, method, target, minorVersion: Number(minor), headers }
  }
  return {
    status: Number(match[2]),
    method: '',
    target: '',
    minorVersion: Number(match[1]),
    headers,
  }
}

/** True when the comma-separated field names `token`, whatever the case. */
export function fieldHasToken(value: string | undefined, token: string): boolean {
  if (value === undefined) return false
  return value.split(',').some((part) => part.trim().toLowerCase() === token)
}

export function encodeRequestLine(method: string, target: string): string {
  if (!TARGET.test(target)) {
    throw new EngineError(
      'http_bad_target',
      `request target "${printable(target)}" must be percent-encoded ASCII without blanks`,
    )
  }
  return `${method} ${target} HTTP/1.1\r\n`
}

/** The head whole. */
export function encodeRequestHead(method: string, target: string, fields: HeaderFields): string {
  return `${encodeRequestLine(method, target)}${encodeFields(fields)}\r\n`
}

export function encodeResponseHead(status: number, fields: HeaderFields): string {
  return `HTTP/1.1 ${status} ${REASONS[status] ?? ''}\r\n${encodeFields(fields)}\r\n`
}

/** The first bytes of anything a peer sent, safe to print. */
export function printable(text: string, charactersMax = 80): string {
  // oxlint-disable-next-line no-control-regex
  return text.slice(0, charactersMax).replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')
}

function parseFields(lines: readonly string[]): Map<string, string> | HttpRefusal {
  if (lines.length - 1 > HEADER_FIELDS_MAX) return { refusal: 'too many header fields' }
  const headers = new Map<string, string>()
  for (const line of lines.slice(1)) {
    const colonAt = line.indexOf(':')
    const name = line.slice(0, colonAt).toLowerCase()
    const value = line.slice(colonAt + 1).trim()
    if (colonAt < 1 || !FIELD_NAME.test(name) || !FIELD_VALUE.test(value)) {
      return { refusal: `not a header field: "${printable(line)}"` }
    }
    const before = headers.get(name)
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return headers
}

/** Each field as a line. @throws EngineError when one cannot be sent as it is. */
export function encodeFields(fields: HeaderFields): string {
  let text = ''
  for (const [name, value] of fields) {
    if (!FIELD_NAME.test(name) || !FIELD_VALUE.test(value)) {
      // The value may be a key: it is never printed.
      throw new EngineError(
        'http_bad_header',
        `header "${printable(name)}" cannot be sent: look for line breaks in its name or value`,
      )
    }
    text += `${name}: ${value}\r\n`
  }
  return text
}

const REASONS: Readonly<Record<number, string>> = {
  101: 'Switching Protocols',
  200: 'OK',
  204: 'No Content',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  418: "I'm a teapot",
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
}
