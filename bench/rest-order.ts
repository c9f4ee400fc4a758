// What the venue and the callers of `rest` agree on: an order as Binance spot takes it over HTTP,
// and how its way is timed.
export const ORDER_PATH = '/api/v3/order'
export const API_KEY = 'BenchRest'.padEnd(64, '0')
export const CONTENT_TYPE = 'application/x-www-form-urlencoded'

/** Signed before it is handed over: a signature costs every caller the same. */
const SIGNATURE = 'c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71'

function orderBody(orderNumber: number): string {
  return (
    'symbol=BTCUSDT&side=BUY&type=LIMIT&timeInForce=GTC&quantity=0.01500&price=96250.10' +
    `&newClientOrderId=rest-${orderNumber}&newOrderRespType=ACK&recvWindow=2000` +
    `&timestamp=1768474920474&signature=${SIGNATURE}`
  )
}

/** In the venue's answer: when it had the whole order, by the machine's monotonic clock. */
const ARRIVED = /"arrivedNs":"(\d+)"/

/**
 * Places `count` orders, one after the answer to the other. For each: µs from the call of `place`,
 * which resolves with the answer's text, until the venue had its last byte. The loop keeps turning
 * meanwhile: how a processor comes out of its sleep is no caller's merit.
 */
export async function timeOrders(
  count: number,
  place: (body: string) => Promise<string>,
): Promise<number[]> {
  const latenciesUs: number[] = []
  const spin = (): void => {
    if (latenciesUs.length < count) setImmediate(spin)
  }
  spin()
  for (let i = 0; i < count; i++) {
    const body = orderBody(i)
    await nextTurn()
    const calledNs = process.hrtime.bigint()
    const answer = await place(body)
    const arrived = ARRIVED.exec(answer)
    if (arrived === null) throw new Error(`the venue answered ${answer}`)
    latenciesUs.push(Number(BigInt(arrived[1]!) - calledNs) / 1e3)
  }
  return latenciesUs
}

/** No order is placed inside the callback that brought the last answer. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
