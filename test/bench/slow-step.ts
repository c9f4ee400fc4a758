// Loaded before the gate (`node --import`): makes one step of the real path slow. The step does
// its work, then spins for three times as long as its work took: other programs on the machine
// stretch what is measured by less than that.
import { BinanceSpotDecoder } from '#venue/binance-spot/market-decoder.ts'

const prototype = BinanceSpotDecoder.prototype
const decode: typeof prototype.decode = Reflect.get(prototype, 'decode')

prototype.decode = function slowDecode(...args) {
  const beganNs = process.hrtime.bigint()
  const size = decode.apply(this, args)
  const endedNs = process.hrtime.bigint()
  const untilNs = endedNs + 3n * (endedNs - beganNs)
  while (process.hrtime.bigint() < untilNs);
  return size
}
