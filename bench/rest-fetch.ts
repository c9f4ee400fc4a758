// Node's own fetch as a caller; it keeps its connections by itself.
import { API_KEY, CONTENT_TYPE, ORDER_PATH, timeOrders } from './rest-order.ts'
import { answerCounts } from './side-process.ts'

const url = `http://127.0.0.1:${process.argv[2]}${ORDER_PATH}`
const headers = { 'X-MBX-APIKEY': API_KEY, 'Content-Type': CONTENT_TYPE }

async function place(body: string): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers, body })
  return response.text()
}

answerCounts((count) => timeOrders(count, place))
