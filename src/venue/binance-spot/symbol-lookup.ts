// From a symbol on the wire to its instrument, for messages that name any symbol of the account.
// Found by bytes once a symbol was met; an instrument listed later is found on first meeting.
import type { Instrument, InstrumentTable } from '#market/instrument.ts'
import { ByteIndex } from '#wire/byte-index.ts'
import type { ByteScanner } from '#wire/byte-scan.ts'

export class SymbolLookup {
  readonly #market: string
  readonly #instruments: InstrumentTable
  readonly #known = new ByteIndex()

  constructor(market: string, instruments: InstrumentTable) {
    this.#market = market
    this.#instruments = instruments
  }

  /** The instrument of the scanner's last text, or null where the symbol is not listed. */
  find(scanner: ByteScanner): Instrument | null {
    const known = this.#known.find(scanner.bytes, scanner.textStart, scanner.textEnd)
    if (known >= 0) return this.#instruments.at(known)
    const symbol = scanner.text()
    const instrument = this.findText(symbol)
    if (instrument !== null) this.#known.add(symbol, instrument.index)
    return instrument
  }

  /** What this market's instruments are made of. Cold. */
  assets(): Set<string> {
    const assets = new Set<string>()
    for (let index = 0; index < this.#instruments.count; index++) {
      const { market, baseAsset, quoteAsset } = this.#instruments.at(index)
      if (market === this.#market) assets.add(baseAsset).add(quoteAsset)
    }
    return assets
  }

  /** Cold. */
  findText(symbol: string): Instrument | null {
    return this.#instruments.find(this.#market, symbol) ?? null
  }
}
