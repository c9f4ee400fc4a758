// Commands for the engine as a whole, beside those for a task: what each may say, and the shape it
// is checked against before anything happens. Who says it and why is part of every one that changes
// something: it is journalled with it.
import { z } from 'zod'
import { EngineError } from '#core/engine-error.ts'
import { parseJsonObject } from '#core/json.ts'
import { isPlainDecimal } from '#core/decimal.ts'

export const ENGINE_COMMAND_KINDS = [
  'kill',
  'release',
  'kill_status',
  'settle',
  'unsettled',
] as const
export type EngineCommandKind = (typeof ENGINE_COMMAND_KINDS)[number]

const TEXT_LENGTH_MAX = 500

/** By which way it came; the name of who gave it is believed, as the token was right. */
const audit = {
  who: z.string().trim().max(100).default(''),
  origin: z.enum(['cli', 'api']).default('api'),
}
const reason = z.string().trim().min(1).max(TEXT_LENGTH_MAX)
const decimal = z.string().refine(isPlainDecimal)

const SHAPES = {
  kill: z.strictObject({ kind: z.literal('kill'), ...audit, reason: reason.default('none given') }),
  release: z.strictObject({
    kind: z.literal('release'),
    ...audit,
    reason: reason.default('none given'),
    /** Although something is not confirmed. */
    force: z.boolean().default(false),
  }),
  kill_status: z.strictObject({ kind: z.literal('kill_status') }),
  settle: z.strictObject({
    kind: z.literal('settle'),
    ...audit,
    reason,
    order: z.string().min(1),
    as: z.enum(['absent', 'done']),
    /** In base, of the whole order; the average is over all of it. */
    filled: decimal.optional(),
    average: decimal.optional(),
    /** Although the venue can still decide it. */
    force: z.boolean().default(false),
  }),
  unsettled: z.strictObject({ kind: z.literal('unsettled') }),
} as const

export type EngineCommand = z.infer<(typeof SHAPES)[EngineCommandKind]>
export type SettleCommand = z.infer<typeof SHAPES.settle>

/** What each takes, for a person who got it wrong. */
const WORDS: Readonly<Record<EngineCommandKind, string>> = {
  kill: '{"reason": "…", "who": "…"}, both optional',
  release: '{"reason": "…", "who": "…", "force": false}, all optional',
  kill_status: 'no body',
  settle:
    '{"as": "absent" or "done", "reason": "…"}, for done "filled" and "average" too; ' +
    '"who" and "force" are optional',
  unsettled: 'no body',
}

export function isEngineCommand(kind: string): kind is EngineCommandKind {
  return ENGINE_COMMAND_KINDS.some((known) => known === kind)
}

/**
 * `argument`: the rest of it as JSON, '' for none.
 * @throws EngineError `bad_request`, in words that name what it takes.
 */
export function readEngineCommand(kind: EngineCommandKind, argument: string): EngineCommand {
  const fields = argument === '' ? {} : parseJsonObject(argument, kind)
  const parsed = SHAPES[kind].safeParse({ ...fields, kind })
  if (parsed.success) return parsed.data
  const at = parsed.error.issues[0]?.path.join('.') ?? ''
  const where = at === '' ? '' : ` ("${at}" does not fit)`
  throw new EngineError('bad_request', `${kind} takes ${WORDS[kind]}${where}`)
}
