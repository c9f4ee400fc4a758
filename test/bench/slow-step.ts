// Loaded before the gate (`node --import`): makes one step of the real path slow. The step does
// its work, then spins for as long again as its work took on this machine.
import { BinanceSpotDecoder } from '#venue/binance-spot/market-decoder.ts'

const prototype = BinanceSpotDecoder.prototype
const decode: typeof prototype.decode = Reflect.get(prototype, 'decode')

prototype.decode = function slowDecode(...args) {
  const beganNs = process.hrtime.bigint()
  const size = decode.apply(this, args)
  const untilNs = 2n * process.hrtime.bigint() - beganNs
  while (process.hrtime.bigint() < untilNs);
  return size
}
