// What the sender and the receivers of `receive` agree on, and the count that each receiver keeps.

/** What the sender says of itself. */
export interface ReceiveServer {
  readonly port: number
  /** 0 where no certificate could be made. */
  readonly tlsPort: number
  /** PEM of the authority that signed its certificate. */
  readonly ca: string
}

/** Where a receiver connects, from its command line: port, then the authority for TLS. */
export interface ReceiveAddress {
  readonly port: number
  /** '' = plain TCP. */
  readonly ca: string
}

export function receiveAddress(): ReceiveAddress {
  const [port = '', ca = ''] = process.argv.slice(2)
  return { port: Number(port), ca }
}

export function receiveUrl({ port, ca }: ReceiveAddress): string {
  return `${ca === '' ? 'ws' : 'wss'}://127.0.0.1:${port}/`
}

export const MESSAGE_BYTES = 200
const MESSAGE_START =
  '{"stream":"btcusdt@bookTicker","data":{"e":"bookTicker","u":400900217,"E":1768474920474,' +
  '"T":1768474920473,"s":"BTCUSDT","b":"96250.10000000","B":"3.47100000","a":"96250.20000000"'

/** A best bid and ask as a futures venue sends it, filled up to its size with the last number. */
export const MESSAGE_TEXT = `${`${MESSAGE_START},"A":"`.padEnd(MESSAGE_BYTES - 3, '1')}"}}`
/** Every receiver looks at the last byte of each message: its bytes must be in its hands. */
export const MESSAGE_LAST_BYTE = '}'.charCodeAt(0)

/**
 * Counts messages, and the CPU time of this process (user and system, all its threads) while they
 * come: from before they are asked for until the last one was handed to the receiver's user.
 */
export class MessageCount {
  #left = 0
  #count = 0
  #done: (nsPerMessage: readonly number[]) => void = () => {}
  #start = process.cpuUsage()

  /** `ask` sends the number of messages wanted to the server. */
  expect(count: number, ask: (text: string) => void): Promise<readonly number[]> {
    return new Promise((resolve) => {
      this.#done = resolve
      this.#count = count
      this.#left = count
      this.#start = process.cpuUsage()
      ask(String(count))
    })
  }

  /** One message came, and this is its last byte. */
  take(lastByte: number): void {
    if (lastByte !== MESSAGE_LAST_BYTE) throw new Error('a message lost its end')
    this.#left--
    if (this.#left > 0) return
    const { user, system } = process.cpuUsage(this.#start)
    this.#done([((user + system) * 1e3) / this.#count])
  }
}
