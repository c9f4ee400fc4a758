// The paths of the control API for the engine as a whole: which command a request becomes, and what
// its reply becomes.
import { expect, it } from 'vitest'
import { answerFromReply, answerRequest } from '#control/control-api.ts'

const ask = (method: string, path: string, body = '') => answerRequest({ method, path, body }, null)

it.each([
  ['GET', '/v1/kill', '', 'kill_status', ''],
  ['POST', '/v1/kill', '', 'kill', ''],
  ['POST', '/v1/kill', '{"reason":"now"}', 'kill', '{"reason":"now"}'],
  ['POST', '/v1/kill/release', '{"force":true}', 'release', '{"force":true}'],
  ['GET', '/v1/orders/unsettled', 'ignored', 'unsettled', ''],
  [
    'POST',
    '/v1/orders/abc%20123/settle',
    '{"as":"absent","reason":"r"}',
    'settle',
    '{"as":"absent","reason":"r","order":"abc 123"}',
  ],
])('%s %s %s', (method, path, body, kind, argument) => {
  expect(ask(method, path, body)).toEqual({ kind, taskId: '', argument })
})

it.each([
  ['GET', '/v1/kill/release', '', 404],
  ['DELETE', '/v1/kill', '', 404],
  ['GET', '/v1/orders/abc/settle', '', 404],
  ['POST', '/v1/orders/abc/settle', '', 400],
  ['POST', '/v1/orders/abc/settle', '[1]', 400],
  ['POST', '/v1/orders/%zz/settle', '{}', 400],
  ['POST', '/v1/tasks/kill/kill', '', 404],
])('%s %s %s is refused with %i', (method, path, body, status) => {
  expect(ask(method, path, body)).toMatchObject({ status })
})

it('the order of the path wins over one in the body', () => {
  const body = '{"order":"other","as":"absent","reason":"r"}'
  expect(ask('POST', '/v1/orders/mine/settle', body)).toMatchObject({
    argument: '{"order":"mine","as":"absent","reason":"r"}',
  })
})

it('a path that is none names those that there are', () => {
  expect(ask('GET', '/v1/nothing')).toMatchObject({
    status: 404,
    body: expect.stringContaining('POST /v1/kill/release, GET /v1/orders/unsettled') as string,
  })
})

it('an answer with something to say is its body; refusals have their status', () => {
  const reply = { requestId: 1, ok: true, code: '', message: '' }
  expect(answerFromReply(reply)).toEqual({ status: 200, body: '{"ok":true}' })
  const told = { ...reply, message: '{"engaged":false}' }
  expect(answerFromReply(told)).toEqual({ status: 200, body: '{"engaged":false}' })
  const statusOf = (code: string) => answerFromReply({ ...reply, ok: false, code }).status
  const codes = ['bad_request', 'bad_verdict', 'unknown_order', 'kill_unconfirmed', 'venue_decides']
  expect(codes.map(statusOf)).toEqual([400, 400, 404, 409, 409])
})
