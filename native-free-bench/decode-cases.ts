// From a message's bytes to numbers: the production decoder against JSON.parse and parseFloat.
import type { DepthUpdate } from '#market/depth-update.ts'
import type { MarketSink } from '#market/market-sink.ts'
import { monoNs } from '#core/units.ts'
import { TYPESCRIPT_KERNELS, type Kernels } from '#kernel/kernels.ts'
import { BinanceSpotDecoder } from '#venue/binance-spot/market-decoder.ts'
import type { BenchCase } from './harness.ts'
import { benchInstruments, depthDiffs, tickers, type Payload } from './payloads.ts'

const MESSAGES = 256
const NOW = monoNs(1)

/** Keeps what it is told in fields, so that no work can be optimised away. */
class LastSeen implements MarketSink {
  sum = 0

  onDepthDiff(_instrument: number, update: DepthUpdate): void {
    this.sum += update.bidPrices[update.bidCount - 1]! + update.askQtys[update.askCount - 1]!
  }

  onDepthSnapshot(): void {}

  onTicker(
    _instrument: number,
    updateId: number,
    bidPrice: number,
    bidQty: number,
    askPrice: number,
    askQty: number,
  ): void {
    this.sum += updateId + bidPrice + bidQty + askPrice + askQty
  }

  onTrade(): void {}
  onProofOfLife(): void {}
  onFeedLost(): void {}
}

interface TickerMessage {
  readonly data: {
    readonly u: number
    readonly b: string
    readonly B: string
    readonly a: string
    readonly A: string
  }
}

interface DepthMessage {
  readonly data: {
    readonly u: number
    readonly b: readonly (readonly [string, string])[]
    readonly a: readonly (readonly [string, string])[]
  }
}

let peerSum = 0

/** `kernels`: the make that the decoder runs on; the goals are those of WebAssembly. */
export function decodeCases(kernels: Kernels): BenchCase[] {
  const tickerMessages = tickers(MESSAGES)
  const depthMessages = depthDiffs(MESSAGES, 40)
  const isKernel = kernels.make === 'wasm'
  return [
    {
      row: '3',
      name: 'decode bookTicker',
      peer: 'JSON.parse + parseFloat',
      goal: isKernel ? 8 : null,
      opsPerCall: MESSAGES,
      ours: decodeAll(tickerMessages, kernels),
      theirs: () => {
        for (const { bytes } of tickerMessages) peerSum += parseTicker(bytes)
      },
    },
    {
      row: '4',
      name: 'decode 20-level depth',
      peer: 'JSON.parse + parseFloat',
      goal: isKernel ? 9 : null,
      opsPerCall: MESSAGES,
      ours: decodeAll(depthMessages, kernels),
      theirs: () => {
        for (const { bytes } of depthMessages) peerSum += parseDepth(bytes)
      },
    },
    // Last: an engine runs on one make, and its code is optimised for that one alone.
    ...(isKernel ? [againstTwin('decode bookTicker', tickerMessages, kernels)] : []),
    ...(isKernel ? [againstTwin('decode 20-level depth', depthMessages, kernels)] : []),
  ]
}

/** A kernel stays only where it is worth its while: 1.5 times its twin. */
function againstTwin(name: string, messages: readonly Payload[], kernels: Kernels): BenchCase {
  return {
    row: '',
    name,
    peer: 'its TypeScript twin',
    goal: 1.5,
    opsPerCall: MESSAGES,
    ours: decodeAll(messages, kernels),
    theirs: decodeAll(messages, TYPESCRIPT_KERNELS),
  }
}

/** The messages stand where a socket would have put them. */
export function decodeAll(
  messages: readonly Payload[],
  kernels: Kernels,
  sink: MarketSink = new LastSeen(),
): () => void {
  const decoder = new BinanceSpotDecoder(benchInstruments(), sink, kernels)
  decoder.follow(0)
  const region = decoder.receiveBytes()
  const ends: number[] = []
  for (const { bytes } of messages) {
    const start = ends.at(-1) ?? 0
    region.set(bytes, start)
    ends.push(start + bytes.length)
  }
  return () => {
    let start = 0
    for (const end of ends) {
      if (decoder.decode(region, start, end, NOW) < 0) throw new Error('a message was refused')
      start = end
    }
  }
}

function parseTicker(bytes: Buffer): number {
  const { data } = JSON.parse(bytes.toString()) as TickerMessage
  const bid = parseFloat(data.b) + parseFloat(data.B)
  return data.u + bid + parseFloat(data.a) + parseFloat(data.A)
}

function parseDepth(bytes: Buffer): number {
  const { data } = JSON.parse(bytes.toString()) as DepthMessage
  const bids = data.b.map(([p, q]) => [parseFloat(p), parseFloat(q)] as const)
  const asks = data.a.map(([p, q]) => [parseFloat(p), parseFloat(q)] as const)
  return data.u + bids[bids.length - 1]![0] + asks[asks.length - 1]![1]
}

/** Read by the caller, so that the peers' work counts. */
export const peerDecodeSum = (): number => peerSum
