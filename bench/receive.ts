// What a WebSocket message of 200 bytes costs its receiver in CPU time (user and system, all the
// threads of its process) until it is in the hands of whoever listens: floe's session beside `ws`,
// beside Node's own WebSocket and, as what the machine can do at best, a blocking loop in C.
//
// Every receiver is a process of its own on the same server process, which sends the same bytes as
// fast as they are read: what is measured is the work, not the wait. The receivers take turns of a
// slice each, several times a round; a round's figure is the mean over its slices. The same again
// over TLS 1.3, where decryption is a cost that all of them share.
import { measured, type Measurement, type Suite } from '../native-free-bench/measurement.ts'
import { measurementLine, print } from '../native-free-bench/report.ts'
import { couldNotMeasure } from '../native-free-bench/unmeasured.ts'
import { CProgram, NO_COMPILER } from './c-compiler.ts'
import { arePeersInstalled } from './peers/installed.ts'
import { MESSAGE_BYTES, type ReceiveAddress, type ReceiveServer } from './receive-messages.ts'
import { SideProcess } from './side-process.ts'

const MESSAGES_PER_SLICE = 100_000
const SLICES_PER_ROUND = 6
/** Enough for the compilers; the C receiver has it too, and does not mind. */
const WARM_UP_MESSAGES = 300_000

const REFERENCE = 'C, blocking recv'
const PLAIN = `receive ${MESSAGE_BYTES} B`
const TLS = `receive ${MESSAGE_BYTES} B over TLS 1.3`

export const receiveSuite: Suite = {
  name: 'receive',
  measure: async ({ rounds, only }) => {
    const isPlainWanted = PLAIN.includes(only)
    const isTlsWanted = TLS.includes(only)
    if (!isPlainWanted && !isTlsWanted) return []
    const program = isPlainWanted ? CProgram.compile('receive.c') : null
    if (isPlainWanted && program === null) couldNotMeasure('receive', REFERENCE, NO_COMPILER)
    const server = SideProcess.script('receive-server.ts')
    try {
      const { port, tlsPort, ca } = JSON.parse(await server.line()) as ReceiveServer
      const measurements: Measurement[] = []
      if (isPlainWanted) measurements.push(...(await plain({ port, ca: '' }, rounds, program)))
      if (isTlsWanted && tlsPort === 0) couldNotMeasure(TLS, '', 'no openssl for a certificate')
      else if (isTlsWanted) measurements.push(...(await tls({ port: tlsPort, ca }, rounds)))
      for (const measurement of measurements) print(`${measurementLine(measurement)}\n`)
      return measurements
    } finally {
      server.stop()
      program?.remove()
    }
  },
}

async function plain(
  address: ReceiveAddress,
  roundCount: number,
  program: CProgram | null,
): Promise<Measurement[]> {
  const rounds = await receiveInTurn(roundCount, {
    floe: floe(address),
    builtin: script('receive-builtin.ts', address),
    ...wsIfInstalled(address),
    ...cIfCompiled(address, program),
  })
  const { floe: ours, ws, builtin, c } = rounds
  const line = { row: '1', name: `${PLAIN}, CPU a message`, unit: 'ns' } as const
  const lines: Measurement[] = []
  if (ws) lines.push(measured({ ...line, against: 'ws, tuned', goal: 3 }, ours!, ws))
  lines.push(measured({ ...line, against: "Node's WebSocket", goal: 8 }, ours!, builtin!))
  const reference = { ...line, against: REFERENCE, relation: 'reference' } as const
  if (c) lines.push(measured({ ...reference, goal: 3 }, ours!, c))
  return lines
}

async function tls(address: ReceiveAddress, roundCount: number): Promise<Measurement[]> {
  const sides = { floe: floe(address), ...wsIfInstalled(address) }
  const { floe: ours, ws } = await receiveInTurn(roundCount, sides)
  const line = { row: '2', name: `${TLS}, CPU a message`, unit: 'ns' } as const
  return ws ? [measured({ ...line, against: 'ws, tuned', goal: 2.8 }, ours!, ws)] : []
}

/** By receiver: CPU ns a message, one figure a round. */
async function receiveInTurn(
  roundCount: number,
  receivers: Readonly<Record<string, SideProcess>>,
): Promise<Partial<Record<string, number[]>>> {
  const names = Object.keys(receivers)
  const rounds: Record<string, number[]> = {}
  try {
    for (const name of names) await receivers[name]!.ask(WARM_UP_MESSAGES)
    for (let round = 0; round < roundCount; round++) {
      const sums: Record<string, number> = {}
      for (let slice = 0; slice < SLICES_PER_ROUND; slice++) {
        // The order turns round, so that nobody always finds the warmer machine.
        for (const name of slice % 2 === 0 ? names : names.toReversed()) {
          const [nsPerMessage = 0] = await receivers[name]!.ask(MESSAGES_PER_SLICE)
          sums[name] = (sums[name] ?? 0) + nsPerMessage
        }
      }
      for (const name of names) (rounds[name] ??= []).push(sums[name]! / SLICES_PER_ROUND)
    }
    return rounds
  } finally {
    for (const name of names) receivers[name]!.stop()
  }
}

function floe(address: ReceiveAddress): SideProcess {
  return script('receive-floe.ts', address)
}

function wsIfInstalled(address: ReceiveAddress): Record<string, SideProcess> {
  return arePeersInstalled('receive', 'ws') ? { ws: script('peers/receive-ws.ts', address) } : {}
}

function cIfCompiled(
  { port }: ReceiveAddress,
  program: CProgram | null,
): Record<string, SideProcess> {
  return program === null ? {} : { c: new SideProcess('receive.c', program.path, [String(port)]) }
}

function script(file: string, { port, ca }: ReceiveAddress): SideProcess {
  return SideProcess.script(file, [String(port), ca])
}
