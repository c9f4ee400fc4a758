// `floe sim` as a user starts it: a process of its own, found by the one line it prints.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface Credentials {
  readonly key: string
  readonly secret: string
}

interface ReadyLine {
  readonly venues: readonly {
    readonly urls: { readonly rest: string; readonly ws: string; readonly ws_api: string }
    readonly accounts: readonly { readonly name: string; readonly credentials: Credentials }[]
  }[]
  readonly admin: string
}

/** An account's part of the ledger; amounts are decimal texts. */
export interface LedgerPart {
  readonly orders: readonly { readonly orderId: number; readonly status: string }[]
  readonly trades: readonly LedgerTrade[]
  readonly balances: Readonly<Record<string, { readonly free: string; readonly locked: string }>>
}

export interface LedgerTrade {
  readonly tradeId: number
  readonly orderId: number
  readonly account: string
  readonly symbol: string
  readonly side: string
  readonly price: string
  readonly qty: string
  readonly fee: string
  readonly feeAsset: string
  readonly isMaker: boolean
}

interface Ledger {
  readonly orders: readonly (LedgerPart['orders'][number] & { readonly account: string })[]
  readonly trades: readonly LedgerTrade[]
  readonly balances: Readonly<Record<string, LedgerPart['balances']>>
}

/** `alice` signs with HMAC, `bob` with Ed25519; both own the same. */
const CONFIG = (stateDir: string): string => `
mode: sim
state_dir: ${JSON.stringify(stateDir)}
accounts:
  alice: { exchange: binance, kind: hmac }
  bob: { exchange: binance, kind: ed25519 }
venues:
  binance_spot: [{ account: alice }, { account: bob }]
sim:
  seed: 11
  venues:
    binance_spot:
      balances:
        alice: { BTC: "5", USDT: "500000" }
        bob: { BTC: "5", USDT: "500000" }
`

export class SimProcess {
  readonly #child: ChildProcess
  readonly #directory: string
  readonly #ready: ReadyLine

  private constructor(child: ChildProcess, directory: string, ready: ReadyLine) {
    this.#child = child
    this.#directory = directory
    this.#ready = ready
  }

  static async start(): Promise<SimProcess> {
    const directory = mkdtempSync(join(tmpdir(), 'floe-peer-'))
    const config = join(directory, 'peer.yaml')
    writeFileSync(config, CONFIG(join(directory, 'state')))
    const child = spawn(process.execPath, ['src/main.ts', 'sim', config], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({ input: child.stdout })) {
      return new SimProcess(child, directory, JSON.parse(line) as ReadyLine)
    }
    throw new Error('floe sim ended without its ready line')
  }

  get urls(): ReadyLine['venues'][number]['urls'] {
    return this.#ready.venues[0]!.urls
  }

  credentials(account: string): Credentials {
    const found = this.#ready.venues[0]?.accounts.find((one) => one.name === account)
    if (found === undefined) throw new Error(`the ready line names no account ${account}`)
    return found.credentials
  }

  async ledger(account: string): Promise<LedgerPart> {
    const answer = await fetch(`${this.#ready.admin}/ledger`)
    const { binance_spot: venue } = (await answer.json()) as { binance_spot: Ledger }
    return {
      orders: venue.orders.filter((order) => order.account === account),
      trades: venue.trades.filter((trade) => trade.account === account),
      balances: venue.balances[account] ?? {},
    }
  }

  /** Flips one of the venue's switches. */
  async command(command: object): Promise<void> {
    const body = JSON.stringify(command)
    const answer = await fetch(`${this.#ready.admin}/command`, { method: 'POST', body })
    if (answer.status !== 200) throw new Error(`${body} was refused: ${await answer.text()}`)
  }

  /** Ends this very process as a terminal would; resolves to its exit code. */
  async end(): Promise<number | null> {
    const ended = new Promise<number | null>((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    const code = await ended
    rmSync(this.#directory, { recursive: true })
    return code
  }
}
