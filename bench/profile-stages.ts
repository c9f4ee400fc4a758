// Which stage of the engine a function belongs to, told by the file it stands in. What serves many
// stages (byte scanners, tables, clocks, Node's own code) belongs to whoever called it.

export const STAGES = [
  'read, frame',
  'decode the market',
  'book',
  'task step',
  'gate, sender',
  'encode, mask',
  'write',
  'journal copy',
  'answers, reports',
  'order truth',
  'turn, timers, rest',
  'garbage collector',
  'stamps of this bench',
  'kernel reads, libuv',
] as const
export type Stage = (typeof STAGES)[number]

/** Where a function stands, as the profiler says it. */
export interface Place {
  readonly name: string
  /** From the root of the sources: `src/book/order-book.ts`, `node:net`, or '' for V8's own. */
  readonly file: string
}

/** Names that V8 gives to time outside of any function. */
const OF_V8: Readonly<Record<string, Stage>> = {
  '(garbage collector)': 'garbage collector',
  '(program)': 'kernel reads, libuv',
}

const READ: Stage = 'read, frame'
const ENCODE: Stage = 'encode, mask'
const ANSWERS: Stage = 'answers, reports'
const TRUTH: Stage = 'order truth'
const VENUE = 'src/venue/[a-z-]+/'

/** The first that fits counts. `of` narrows a file that has a part in two stages. */
const RULES: readonly { readonly files: RegExp; readonly of?: RegExp; readonly stage: Stage }[] = [
  { files: /^src\/wire\/net-link/, of: /^(send|write)$/, stage: 'write' },
  { files: /^src\/wire\/websocket-session/, of: /^send/, stage: ENCODE },
  { files: /^src\/wire\/(websocket-writer|digit-writer|signatures)/, stage: ENCODE },
  { files: /^src\/wire\/(net-link|receive-|websocket-|connection-)/, stage: READ },
  { files: at(`${VENUE}(market-|depth-)`), stage: 'decode the market' },
  { files: at(`${VENUE}order-gateway`), of: /^(place|cancel)/, stage: ENCODE },
  { files: at(`${VENUE}(order-entry|order-frames|frame-template|request-sender)`), stage: ENCODE },
  {
    files: at(`${VENUE}(order-|private-|account-|reply-|request-table|limit-|rate-)`),
    stage: ANSWERS,
  },
  { files: /^src\/loop\/(account-desk|order-news|settlement|event-tray)/, stage: TRUTH },
  { files: /^src\/order\/(order-truth|fill-|position-|venue-event)/, stage: TRUTH },
  { files: /^src\/book\//, stage: 'book' },
  { files: /^src\/(task\/|loop\/(scheduler|task-))/, stage: 'task step' },
  { files: /^src\/(risk\/|loop\/order-sender)/, stage: 'gate, sender' },
  { files: /^src\/(journal\/|core\/shared-ring)/, stage: 'journal copy' },
  { files: /^src\/(engine|loop\/event-loop|core\/timer-wheel)/, stage: 'turn, timers, rest' },
  { files: /^bench\//, stage: 'stamps of this bench' },
]

/** Each names files that exist, which a test holds. */
export const STAGE_FILES: readonly RegExp[] = RULES.map(({ files }) => files)

/** `callerStage`: of the function that called it. */
export function stageOf({ name, file }: Place, callerStage: Stage): Stage {
  const ofV8 = OF_V8[name]
  if (ofV8 !== undefined) return ofV8
  for (const { files, of, stage } of RULES) {
    if (files.test(file) && (of === undefined || of.test(name))) return stage
  }
  return callerStage
}

function at(pattern: string): RegExp {
  return new RegExp(`^${pattern}`)
}
