// A first look through a capture: whose messages it holds and in which steps they are written.
// A capture carries no listing, so tick and lot are inferred from its first snapshot and the
// scales from the finest number anywhere, so that no later message is too fine to be kept exactly.
import { scaleOfText } from '#core/decimal.ts'
import { EngineError, errorText } from '#core/engine-error.ts'
import { inferSteps, type InferredSteps } from '#market/step-inference.ts'
import { readCapture, type CaptureLine } from './capture-lines.ts'

export interface CaptureSurvey {
  /** The venue's spellings, as written. */
  readonly symbols: readonly string[]
  readonly steps: InferredSteps
}

type Level = readonly [price: string, qty: string]

interface Snapshot {
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** @throws EngineError `capture_damaged` naming the line, or `capture_incomplete`. */
export async function surveyCapture(path: string): Promise<CaptureSurvey> {
  const survey = new Survey(path)
  await readCapture(path, (line) => survey.add(line))
  return survey.result()
}

class Survey {
  readonly #path: string
  readonly #symbols = new Set<string>()
  #snapshot: Snapshot | null = null
  #priceScale = 0
  #qtyScale = 0

  constructor(path: string) {
    this.#path = path
  }

  add(line: CaptureLine): void {
    const text = Buffer.from(line.bytes.buffer, line.bytes.byteOffset + line.start)
      .subarray(0, line.end - line.start)
      .toString('utf8')
    try {
      this.#addMessage(JSON.parse(text))
    } catch (error) {
      const what = `${this.#path}: line ${line.number} is no market message`
      throw new EngineError('capture_damaged', `${what}: ${errorText(error)}`, 'error', error)
    }
  }

  result(): CaptureSurvey {
    const snapshot = this.#snapshot
    if (snapshot === null) {
      const text = `${this.#path} holds no depth snapshot (a line with lastUpdateId)`
      throw new EngineError('capture_incomplete', `${text}: diffs alone build no book`)
    }
    const levels = [...snapshot.bids, ...snapshot.asks]
    const prices = levels.map(([price]) => price)
    const qtys = levels.map(([, qty]) => qty)
    const steps = inferSteps(prices, qtys)
    return { symbols: [...this.#symbols], steps: rescaled(steps, this.#priceScale, this.#qtyScale) }
  }

  #addMessage(message: unknown): void {
    const body = fieldsOf(message)
    const event = 'data' in body ? fieldsOf(body['data']) : body
    if (typeof event['s'] === 'string') this.#symbols.add(event['s'])
    if ('lastUpdateId' in event) {
      const snapshot = { bids: levelsOf(event['bids']), asks: levelsOf(event['asks']) }
      this.#snapshot ??= snapshot
      this.#addLevels(snapshot.bids)
      this.#addLevels(snapshot.asks)
    } else if (event['e'] === 'depthUpdate') {
      this.#addLevels(levelsOf(event['b']))
      this.#addLevels(levelsOf(event['a']))
    } else if (event['e'] === 'trade') {
      this.#addLevels(levelsOf([[event['p'], event['q']]]))
    } else if ('u' in event && 'B' in event) {
      this.#addLevels(
        levelsOf([
          [event['b'], event['B']],
          [event['a'], event['A']],
        ]),
      )
    }
  }

  #addLevels(levels: readonly Level[]): void {
    for (const [price, qty] of levels) {
      this.#priceScale = Math.max(this.#priceScale, scaleOfText(price))
      this.#qtyScale = Math.max(this.#qtyScale, scaleOfText(qty))
    }
  }
}

/** The same steps in finer units. */
function rescaled(steps: InferredSteps, priceScale: number, qtyScale: number): InferredSteps {
  return {
    priceScale,
    qtyScale,
    tickUnits: steps.tickUnits * 10 ** (priceScale - steps.priceScale),
    lotUnits: steps.lotUnits * 10 ** (qtyScale - steps.qtyScale),
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new EngineError('bad_message', 'an object was expected')
  }
  return { ...value }
}

function levelsOf(value: unknown): Level[] {
  if (!Array.isArray(value)) throw new EngineError('bad_message', 'levels are missing')
  return value.map((level: unknown) => {
    const [price, qty]: unknown[] = Array.isArray(level) ? level : []
    if (typeof price !== 'string' || typeof qty !== 'string') {
      throw new EngineError('bad_message', 'a level is a pair of decimal texts')
    }
    return [price, qty]
  })
}
