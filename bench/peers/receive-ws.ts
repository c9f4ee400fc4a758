// `ws` as a receiver, tuned as its documentation allows: no compression, no UTF-8 check, several
// messages in one turn of the loop, and buffers handed out as they are.
import { WebSocket } from 'ws'
import { MessageCount, receiveAddress, receiveUrl } from '../receive-messages.ts'
import { answerCounts } from '../side-process.ts'

const address = receiveAddress()
const messages = new MessageCount()
const socket = new WebSocket(receiveUrl(address), {
  perMessageDeflate: false,
  skipUTF8Validation: true,
  allowSynchronousEvents: true,
  ...(address.ca === '' ? {} : { ca: address.ca }),
})
socket.binaryType = 'nodebuffer'
socket.on('message', (data: Buffer) => messages.take(data[data.length - 1]!))
socket.on('open', () => {
  answerCounts((count) => messages.expect(count, (text) => socket.send(text)))
})
