// The sender of `receive`, in a process of its own: a WebSocket server on plain TCP and on TLS 1.3
// that sends each client as many messages as it asks for, as fast as the client reads them.
//
// It costs next to nothing a message, so that it is the receiver who sets the pace: the frames are
// made once, a thousand to a buffer, and each write hands the kernel a whole buffer. Over TLS they
// therefore come in full records of 16 KiB, as a busy stream's do. It says one line, itself as JSON
// (ReceiveServer); the key of its certificate never leaves this process.
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Prng } from '#core/prng.ts'
import { monoNs } from '#core/units.ts'
import { parseHead } from '#wire/http-head.ts'
import { ReceiveRegion } from '#wire/receive-region.ts'
import { Opcode } from '#wire/websocket-frame.ts'
import { answerUpgrade } from '#wire/websocket-handshake.ts'
import { WebSocketReader } from '#wire/websocket-reader.ts'
import { WebSocketWriter } from '#wire/websocket-writer.ts'
import { createTestCertificates } from '../test/wire/test-certificates.ts'
import { MESSAGE_TEXT, type ReceiveServer } from './receive-messages.ts'
import { endWithInput, say } from './side-process.ts'

/** One write: large enough that its cost is the kernel's copy. */
const MESSAGES_PER_WRITE = 1_000
const REQUEST_BYTES_MAX = 1_024

const frame = new WebSocketWriter('server', new Prng(1)).frame(
  Opcode.Text,
  Buffer.from(MESSAGE_TEXT),
)
const burst = Buffer.concat(Array.from({ length: MESSAGES_PER_WRITE }, () => frame))

function serve(socket: Socket): void {
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.once('data', (request: Buffer) => {
    const head = parseHead(request.toString('latin1').split('\r\n\r\n')[0] ?? '', 'request')
    const answer = 'refusal' in head ? head : answerUpgrade(head)
    if ('refusal' in answer) throw new Error(`no WebSocket client: ${answer.refusal}`)
    socket.write(answer.reply)
    readCounts(socket, (count) => sendMessages(socket, count))
  })
}

/** Each text that a client sends is how many messages it wants. */
function readCounts(socket: Socket, onCount: (count: number) => void): void {
  const region = new ReceiveRegion()
  const reader = new WebSocketReader(region, 'server', REQUEST_BYTES_MAX, {
    onFrame: () => {},
    onMessage: (bytes, start, end) => {
      onCount(Number(Buffer.from(bytes.subarray(start, end)).toString()))
      return false
    },
    onPing: () => {},
    onClose: () => socket.end(),
  })
  socket.on('data', (bytes: Buffer) => {
    region.room().set(bytes)
    region.commit(bytes.length)
    reader.read(monoNs(0))
  })
}

function sendMessages(socket: Socket, count: number): void {
  let left = count
  const sendOn = (): void => {
    let isTaken = true
    while (left > 0 && isTaken) {
      const messages = Math.min(left, MESSAGES_PER_WRITE)
      left -= messages
      isTaken = socket.write(burst.subarray(0, messages * frame.length))
    }
    if (left > 0) socket.once('drain', sendOn)
  }
  sendOn()
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(address !== null && typeof address === 'object' ? address.port : 0)
    })
  })
}

/** Port 0 where there is no openssl to make a certificate with. */
async function listenTls(): Promise<{ tlsPort: number; ca: string }> {
  try {
    const { ca, key, cert } = createTestCertificates()
    const server = createTlsServer({ key, cert, minVersion: 'TLSv1.3' }, serve)
    return { tlsPort: await listen(server), ca }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      return { tlsPort: 0, ca: '' }
    }
    throw error
  }
}

endWithInput()
const ready: ReceiveServer = { port: await listen(createTcpServer(serve)), ...(await listenTls()) }
say(JSON.stringify(ready))
