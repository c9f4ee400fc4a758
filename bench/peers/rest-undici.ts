// undici as a caller: one Client, which is one connection that stays open, one request at a time.
import { Client } from 'undici'
import { API_KEY, CONTENT_TYPE, ORDER_PATH, timeOrders } from '../rest-order.ts'
import { answerCounts } from '../side-process.ts'

const client = new Client(`http://127.0.0.1:${process.argv[2]}`, {
  pipelining: 1,
  keepAliveTimeout: 60_000,
})
const headers = { 'X-MBX-APIKEY': API_KEY, 'Content-Type': CONTENT_TYPE }

async function place(body: string): Promise<string> {
  const { body: answer } = await client.request({
    method: 'POST',
    path: ORDER_PATH,
    headers,
    body,
  })
  return answer.text()
}

answerCounts((count) => timeOrders(count, place))
