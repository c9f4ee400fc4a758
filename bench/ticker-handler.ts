// A bookTicker from its bytes to known numbers: the production decoder against ccxt.pro's handler.
//
// ccxt's side begins where its WebSocket stream hands it a message, `Client.onMessage`: to a
// string, the long numbers quoted by a regular expression, JSON.parse, then `handleMessage` →
// `handleBidsAsks` → `handleTickersAndBidsAsks` → `parseWsTicker`, until `bidsasks[symbol]` is
// new. Nobody awaits `watchBidsAsks`, which spares it the promises of a real program.
import { WASM_KERNELS } from '#kernel/kernels.ts'
import type { MarketSink } from '#market/market-sink.ts'
import { decodeAll } from '../native-free-bench/decode-cases.ts'
import { runCases, type BenchCase } from '../native-free-bench/harness.ts'
import type { Suite } from '../native-free-bench/measurement.ts'
import { tickers } from '../native-free-bench/payloads.ts'
import { arePeersInstalled } from './peers/installed.ts'

const NAME = 'ticker-handler'
const MESSAGES = 256

export const tickerHandlerSuite: Suite = {
  name: NAME,
  measure: async (options) => {
    if (!NAME.includes(options.only) || !arePeersInstalled(NAME, 'ccxt')) return []
    return runCases([await tickerCase()], { ...options, only: '' })
  },
}

async function tickerCase(): Promise<BenchCase> {
  const { ccxtBinance, ccxtReceiver, SYMBOL } = await import('./peers/ccxt-binance.ts')
  const messages = tickers(MESSAGES)
  const top = new Top()
  const decodeTickers = decodeAll(messages, WASM_KERNELS, top)
  const binance = ccxtBinance()
  const receive = ccxtReceiver(binance)
  const receiveAll = (): void => {
    for (const { bytes } of messages) receive(bytes)
  }
  decodeTickers()
  receiveAll()
  // ccxt swallows what goes wrong in a handler, so that both must have understood the last one.
  const { bid, ask } = binance.bidsasks[SYMBOL] ?? { bid: 0, ask: 0 }
  if (top.bidPrice !== Math.round(bid * 100) || top.askPrice !== Math.round(ask * 100)) {
    throw new Error('the decoders do not agree')
  }
  return {
    row: '3',
    name: 'decode bookTicker',
    peer: 'ccxt.pro',
    goal: 25,
    opsPerCall: MESSAGES,
    ours: decodeTickers,
    theirs: receiveAll,
  }
}

/** The newest best bid and ask. */
class Top implements MarketSink {
  updateId = 0
  bidPrice = 0
  bidQty = 0
  askPrice = 0
  askQty = 0

  onTicker(
    _instrument: number,
    updateId: number,
    bidPrice: number,
    bidQty: number,
    askPrice: number,
    askQty: number,
  ): void {
    this.updateId = updateId
    this.bidPrice = bidPrice
    this.bidQty = bidQty
    this.askPrice = askPrice
    this.askQty = askQty
  }

  onDepthDiff(): void {}
  onDepthSnapshot(): void {}
  onTrade(): void {}
  onProofOfLife(): void {}
  onFeedLost(): void {}
}
