// Node's own WebSocket as a receiver. A text arrives as a string: it knows no other way.
import { MessageCount, receiveAddress, receiveUrl } from './receive-messages.ts'
import { answerCounts } from './side-process.ts'

const messages = new MessageCount()
const socket = new WebSocket(receiveUrl(receiveAddress()))
socket.addEventListener('message', ({ data }) => {
  if (typeof data !== 'string') throw new Error('a text came as something else')
  messages.take(data.charCodeAt(data.length - 1))
})
socket.addEventListener('open', () => {
  answerCounts((count) => messages.expect(count, (text) => socket.send(text)))
})
