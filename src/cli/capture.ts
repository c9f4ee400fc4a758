// `floe capture check`: feeds a recorded market through the production decoder and the production
// book, and says whether the book that comes out is the venue's own. It talks to nobody.
import { BookCache } from '#book/book-cache.ts'
import { BOOK_STATE_NAMES, BookState } from '#book/book-state.ts'
import { binanceSpotSyncRule } from '#book/sync-rule.ts'
import { textFromUnits } from '#core/decimal.ts'
import { DirtySet } from '#core/dirty-set.ts'
import { EngineError } from '#core/engine-error.ts'
import { TimerWheel } from '#core/timer-wheel.ts'
import { monoNs, priceUnits, qtyUnits } from '#core/units.ts'
import { InstrumentStatus, InstrumentTable, type Instrument } from '#market/instrument.ts'
import { WASM_KERNELS } from '#kernel/kernels.ts'
import { Decoded } from '#venue/binance-spot/decoded.ts'
import { BinanceSpotDecoder } from '#venue/binance-spot/market-decoder.ts'
import { readCapture, type CaptureLine } from './capture-lines.ts'
import { CaptureProbe } from './capture-probe.ts'
import { surveyCapture, type CaptureSurvey } from './capture-survey.ts'
import { ExitCode } from './exit-code.ts'

const VENUES = ['binance_spot']

export interface CaptureOptions {
  readonly venue: string
  /** The venue's spelling or BASE/QUOTE. */
  readonly symbol: string
  readonly json: boolean
}

/** What `--json` prints; prices and quantities are decimal texts. */
export interface CaptureReport {
  readonly file: string
  readonly venue: string
  readonly symbol: string
  readonly ok: boolean
  readonly tick: string
  readonly lot: string
  readonly messages: number
  readonly depth_diffs: number
  readonly tickers: number
  readonly trades: number
  readonly snapshots: number
  readonly ignored: number
  readonly refused: number
  readonly book: string
  readonly diffs_dropped: number
  readonly diffs_applied: number
  readonly gaps: number
  readonly resyncs: number
  readonly tops_compared: number
  readonly mismatches: number
  readonly messages_per_second: number
  readonly examples: readonly string[]
}

/**
 * Prints the report. Exit code 0 when the book went live, no message was refused, no diff is
 * missing and every shared top is equal; else 1.
 * @throws EngineError `bad_usage`, `capture_unreadable`, `capture_damaged`, `capture_incomplete`.
 */
export async function checkCapture(file: string, options: CaptureOptions): Promise<number> {
  if (!VENUES.includes(options.venue)) {
    const text = `--venue ${options.venue}: captures of ${VENUES.join(', ')} can be checked`
    throw new EngineError('bad_usage', text)
  }
  const survey = await surveyCapture(file)
  const replay = new CaptureReplay(instrumentOf(survey, file, options))
  await readCapture(file, (line) => replay.feed(line))
  const report = replay.report(file)
  const text = options.json ? JSON.stringify(report) : drawn(report)
  process.stdout.write(`${text}\n`)
  return report.ok ? ExitCode.Done : ExitCode.Error
}

class CaptureReplay {
  readonly #instrument: Instrument
  readonly #dirty = new DirtySet(1)
  readonly #cache: BookCache
  readonly #probe: CaptureProbe
  readonly #decoder: BinanceSpotDecoder
  #messages = 0
  #ignored = 0
  #refused = 0
  #firstNs = -1
  #nowNs = 0
  #spentMs = 0

  constructor(instruments: InstrumentTable) {
    this.#instrument = instruments.at(0)
    this.#cache = new BookCache({
      dirty: this.#dirty,
      timers: new TimerWheel(16),
      notices: { notice: () => {} },
    })
    // The snapshot comes when it was recorded: there is nobody to ask.
    this.#cache.subscribe(this.#instrument, { requestSnapshot: () => {} }, binanceSpotSyncRule)
    this.#probe = new CaptureProbe(this.#cache, this.#instrument)
    this.#decoder = new BinanceSpotDecoder(instruments, this.#probe, WASM_KERNELS)
    this.#decoder.follow(this.#instrument.index)
  }

  feed({ bytes, start, end, receivedNs }: CaptureLine): void {
    if (receivedNs >= 0 && this.#firstNs < 0) this.#firstNs = receivedNs
    this.#nowNs = Math.max(this.#nowNs, receivedNs - this.#firstNs)
    const beganMs = performance.now()
    const nowNs = monoNs(this.#nowNs)
    const decoded = this.#decoder.decode(bytes, start, end, nowNs)
    const outcome =
      decoded === Decoded.Snapshot
        ? this.#decoder.decodeSnapshot(this.#instrument.index, bytes, start, end, nowNs)
        : decoded
    this.#spentMs += performance.now() - beganMs
    this.#messages++
    if (outcome < 0) this.#refused++
    else if (outcome > Decoded.Snapshot) this.#ignored++
  }

  report(file: string): CaptureReport {
    const { market, venueSymbol, tickUnits, lotUnits, priceScale, qtyScale } = this.#instrument
    const probe = this.#probe
    const sync = this.#cache.sync(this.#instrument.index)
    const state = this.#cache.book(this.#instrument.index).state
    const isWhole = state === BookState.Live && sync.gaps === 0 && this.#refused === 0
    return {
      file,
      venue: market,
      symbol: venueSymbol,
      ok: isWhole && probe.mismatches === 0,
      tick: textFromUnits(tickUnits, priceScale),
      lot: textFromUnits(lotUnits, qtyScale),
      messages: this.#messages,
      depth_diffs: probe.depthDiffs,
      tickers: probe.tickers,
      trades: probe.trades,
      snapshots: probe.snapshots,
      ignored: this.#ignored,
      refused: this.#refused,
      book: BOOK_STATE_NAMES[state],
      diffs_dropped: sync.diffsDropped,
      diffs_applied: sync.diffsApplied,
      gaps: sync.gaps,
      resyncs: sync.resyncs,
      tops_compared: probe.topsCompared,
      mismatches: probe.mismatches,
      messages_per_second: Math.round(this.#messages / Math.max(this.#spentMs / 1000, 1e-6)),
      examples: probe.examples,
    }
  }
}

function instrumentOf(
  { symbols, steps }: CaptureSurvey,
  file: string,
  { venue, symbol }: CaptureOptions,
): InstrumentTable {
  const venueSymbol = symbol.replace('/', '').toUpperCase()
  const [only] = symbols
  if (symbols.length !== 1 || only !== venueSymbol) {
    const held = symbols.length === 0 ? 'no symbol' : symbols.join(', ')
    const reason = symbols.length > 1 ? ': a snapshot does not name its symbol, split it' : ''
    throw new EngineError('bad_usage', `--symbol ${symbol}: ${file} holds ${held}${reason}`)
  }
  const instruments = new InstrumentTable()
  instruments.put({
    market: venue,
    symbol,
    venueSymbol,
    baseAsset: '',
    quoteAsset: '',
    priceScale: steps.priceScale,
    qtyScale: steps.qtyScale,
    tickUnits: priceUnits(steps.tickUnits),
    lotUnits: qtyUnits(steps.lotUnits),
    minQtyUnits: qtyUnits(0),
    maxQtyUnits: qtyUnits(Number.MAX_SAFE_INTEGER),
    minNotional: '0',
    status: InstrumentStatus.Trading,
  })
  return instruments
}

function drawn(report: CaptureReport): string {
  const { messages, depth_diffs, tickers, trades, snapshots, ignored, refused } = report
  return [
    `capture   ${report.file}`,
    `market    ${report.venue} ${report.symbol}, tick ${report.tick}, lot ${report.lot} (inferred)`,
    `messages  ${count(messages)}: ${count(depth_diffs)} diffs, ${count(tickers)} tickers, ` +
      `${count(trades)} trades, ${count(snapshots)} snapshots, ${count(ignored)} ignored, ` +
      `${count(refused)} refused`,
    `book      ${report.book}: ${count(report.diffs_dropped)} diffs dropped, ` +
      `${count(report.diffs_applied)} applied, ${count(report.gaps)} gaps, ` +
      `${count(report.resyncs)} resyncs`,
    `tops      ${count(report.tops_compared)} compared with bookTicker at equal update ids, ` +
      `${count(report.mismatches)} mismatches`,
    ...report.examples.map((example) => `          ${example}`),
    `speed     ${count(report.messages_per_second)} messages/s`,
    report.ok ? 'ok' : 'NOT OK',
  ].join('\n')
}

function count(n: number): string {
  return n.toLocaleString('en-US')
}
