// ccxt's Binance client, pointed at an embedded venue instead of at Binance.
import ccxt from 'ccxt'
import type { Credentials, SimProcess } from './sim-process.ts'

export type Client = InstanceType<typeof ccxt.pro.binance>

// Everything else that ccxt loads belongs to other APIs of the exchange: margin, wallet, futures.
const SPOT_ONLY = {
  defaultType: 'spot',
  fetchMarkets: { types: ['spot'] },
  fetchMargins: false,
  fetchCurrencies: false,
}

/** Close it when done, else its sockets keep the process alive. */
export async function connectClient(sim: SimProcess, credentials: Credentials): Promise<Client> {
  const client = new ccxt.pro.binance({
    apiKey: credentials.key,
    secret: credentials.secret,
    enableRateLimit: false,
    options: SPOT_ONLY,
  })
  redirect(client.urls.api as UrlTree, sim)
  // Without an agent of its own ccxt refuses to speak plain ws.
  await client.loadHttpProxyAgent()
  return client
}

/** What `watch` brings, until `isEnough` says so. */
export async function collect<Item>(
  watch: () => Promise<readonly Item[]>,
  isEnough: (items: readonly Item[]) => boolean,
): Promise<readonly Item[]> {
  const items: Item[] = []
  while (!isEnough(items)) items.push(...(await watch()))
  return items
}

interface UrlTree {
  [name: string]: string | UrlTree
}

/** Every address keeps its path and changes its host. */
function redirect(tree: UrlTree, sim: SimProcess): void {
  for (const [name, value] of Object.entries(tree)) {
    if (typeof value !== 'string') {
      redirect(value, sim)
      continue
    }
    const { protocol, pathname } = new URL(value)
    const host = protocol.startsWith('ws') ? sim.urls.ws : sim.urls.rest
    tree[name] = `${host}${pathname}`
  }
}
