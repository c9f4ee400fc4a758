import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  allocateCommandRings,
  COMMAND_KINDS,
  TASK_COMMAND_KINDS,
  CommandClient,
  CommandQueue,
  type Command,
} from '#control/command-queue.ts'
import { Outcome } from '#core/outcome.ts'
import { TASK_COMMANDS } from '#task/task.ts'

function bothEnds(): { client: CommandClient; queue: CommandQueue } {
  const rings = allocateCommandRings()
  return { client: new CommandClient(rings), queue: new CommandQueue(rings) }
}

const PAUSE: Command = { kind: 'pause', taskId: 'sell-1', argument: '', requestId: 1 }

it('knows every command that a task knows', () => {
  expect([...TASK_COMMAND_KINDS].toSorted()).toEqual([...TASK_COMMANDS].toSorted())
  expect(COMMAND_KINDS.slice(0, TASK_COMMAND_KINDS.length)).toEqual(TASK_COMMAND_KINDS)
})

it('is empty at first, on both ends', () => {
  const { client, queue } = bothEnds()
  expect(queue.take()).toBeNull()
  expect(client.takeReply()).toBeNull()
})

it('brings a refusal back with its code and message', () => {
  const { client, queue } = bothEnds()
  client.send(PAUSE)
  expect(queue.take()).toEqual(PAUSE)
  queue.reply(1, false, 'illegal_transition', 'iceberg: "pause" is not possible')
  expect(client.takeReply()).toEqual({
    requestId: 1,
    ok: false,
    code: 'illegal_transition',
    message: 'iceberg: "pause" is not possible',
  })
})

it('keeps any commands whole and in order', () => {
  const command = fc.record({
    kind: fc.constantFrom(...COMMAND_KINDS),
    taskId: fc.string({ unit: 'grapheme' }),
    argument: fc.json(),
    requestId: fc.nat(0xffff_ffff),
  })
  fc.assert(
    fc.property(fc.array(command), (commands) => {
      const { client, queue } = bothEnds()
      for (const sent of commands) expect(client.send(sent)).toBe(Outcome.Ok)
      expect(commands.map(() => queue.take())).toEqual(commands)
      expect(queue.take()).toBeNull()
    }),
  )
})

it('says when the engine does not take, and again accepts once it does', () => {
  const { client, queue } = bothEnds()
  const large: Command = { ...PAUSE, kind: 'update', argument: 'x'.repeat(16_000) }
  let outcome: Outcome = Outcome.Ok
  let sent = 0
  while (outcome === Outcome.Ok) {
    outcome = client.send(large)
    if (outcome === Outcome.Ok) sent++
  }
  expect(outcome).toBe(Outcome.Full)
  for (let i = 0; i < sent; i++) expect(queue.take()).toEqual(large)
  expect(queue.take()).toBeNull()
  expect(client.send(large)).toBe(Outcome.Ok)
})

it('refuses what no ring could hold', () => {
  const { client } = bothEnds()
  expect(client.send({ ...PAUSE, argument: 'x'.repeat(1 << 20) })).toBe(Outcome.TooLarge)
})
