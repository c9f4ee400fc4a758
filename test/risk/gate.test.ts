import { describe, expect, it } from 'vitest'
import { Outcome } from '#core/outcome.ts'
import { monoNs, NS_PER_S, priceUnits, qtyUnits, Side } from '#core/units.ts'
import { InstrumentStatus, InstrumentTable } from '#market/instrument.ts'
import { clientIdHi, clientIdLo } from '#order/client-order-id.ts'
import { Intent } from '#order/intent.ts'
import { LiveOrders } from '#order/live-orders.ts'
import { OrderState } from '#order/order-state.ts'
import { OrderTable } from '#order/order-table.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { RiskGate } from '#risk/gate.ts'

const NOW = monoNs(10 * NS_PER_S)

/** BTC/USDT with tick 0.01 and lot 0.00001; mid 60000.00; prices and quantities as decimals. */
function bench(settings: Record<string, unknown> = {}) {
  const instruments = new InstrumentTable()
  instruments.put({
    market: 'test_spot',
    symbol: 'BTC/USDT',
    venueSymbol: 'BTCUSDT',
    baseAsset: 'BTC',
    quoteAsset: 'USDT',
    priceScale: 2,
    qtyScale: 5,
    tickUnits: priceUnits(1),
    lotUnits: qtyUnits(1),
    minQtyUnits: qtyUnits(1),
    maxQtyUnits: qtyUnits(900_000_000),
    minNotional: '5',
    status: InstrumentStatus.Trading,
  })
  const orders = new OrderTable(64)
  const live = new LiveOrders(orders)
  const positions = new PositionLedger()
  const world = { isTradable: true, mid: 6_000_000, total: 1e9, filled: 0 }
  const gate = new RiskGate({
    settings: {
      maxPosition: {},
      priceCollarBps: 500,
      ordersPerSecond: 20,
      maxOpenOrders: 200,
      ...settings,
    },
    instruments,
    orders,
    live,
    positions,
    market: { isTradable: () => world.isTradable, mid: () => world.mid },
    tasks: { totalUnits: () => world.total, filledUnits: () => world.filled },
    bookAgeMaxNs: 5 * NS_PER_S,
  })
  const check = (side: Side, qty: number, price = 60_000, nowNs = NOW) => {
    const intent = new Intent()
    intent.side = side
    intent.qty = Math.round(qty * 1e5)
    intent.price = Math.round(price * 100)
    const outcome = gate.check(intent, nowNs)
    return outcome === Outcome.Ok ? 'ok' : gate.refusal.rule
  }
  let sequence = 0
  const open = (side: Side, qty: number, price: number, state: OrderState = OrderState.Open) => {
    const order = orders.take(clientIdHi(1, 1, 0), clientIdLo(0, sequence++))
    orders.setTask(order, 0)
    orders.setSide(order, side)
    orders.setQtyUnits(order, Math.round(qty * 1e5))
    orders.setPriceUnits(order, Math.round(price * 100))
    orders.setState(order, state)
    live.add(order)
    return order
  }
  return { gate, check, open, world, positions }
}

describe('the risk gate', () => {
  it('admits an ordinary order', () => {
    expect(bench().check(Side.Buy, 0.1)).toBe('ok')
  })

  it.each([
    [1.6666, 'ok'],
    [1.6667, 'max_order_notional'],
  ])('max_order_notional 100000 at 60000: %f is %s', (qty, said) => {
    expect(bench({ maxOrderNotional: '100000' }).check(Side.Buy, qty)).toBe(said)
  })

  it('max_position counts fills, everything open, and the order itself', () => {
    const { check, open, positions } = bench({ maxPosition: { 'BTC/USDT': '1' } })
    positions.bookFill(0, 0, Side.Buy, qtyUnits(40_000))
    open(Side.Buy, 0.3, 59_000)
    expect(check(Side.Buy, 0.3)).toBe('ok')
    expect(check(Side.Buy, 0.30001)).toBe('max_position')
    // A sale reduces a long position: 0.4 down to −1 leaves room for 1.4.
    expect(check(Side.Sell, 1.4, 60_001)).toBe('ok')
    expect(check(Side.Sell, 1.40001, 60_001)).toBe('max_position')
  })

  it('the collar is refused, not clipped', () => {
    const { check } = bench()
    expect(check(Side.Buy, 0.1, 63_000)).toBe('ok')
    expect(check(Side.Buy, 0.1, 63_000.01)).toBe('price_collar')
    expect(check(Side.Sell, 0.1, 56_999.99)).toBe('price_collar')
  })

  it('never lets a task exceed its total, whatever the task believes', () => {
    const { check, open, world } = bench()
    world.total = 100_000
    world.filled = 50_000
    open(Side.Buy, 0.2, 59_000)
    expect(check(Side.Buy, 0.3)).toBe('ok')
    expect(check(Side.Buy, 0.30001)).toBe('task_total')
  })

  it('freezes a task that has an order in unknown', () => {
    const { check, open } = bench()
    open(Side.Buy, 0.1, 59_000, OrderState.Unknown)
    expect(check(Side.Buy, 0.1)).toBe('unknown_order')
  })

  it('never trades with ourselves', () => {
    const { check, open } = bench()
    open(Side.Sell, 0.1, 60_010)
    expect(check(Side.Buy, 0.1, 60_009.99)).toBe('ok')
    expect(check(Side.Buy, 0.1, 60_010)).toBe('self_cross')
  })

  it('allows so many orders in any second, and counts what was sent', () => {
    const { gate, check } = bench({ ordersPerSecond: 2 })
    gate.sent(NOW)
    gate.sent(NOW)
    expect(check(Side.Buy, 0.1, 60_000, monoNs(NOW + 0.999 * NS_PER_S))).toBe('orders_per_second')
    expect(check(Side.Buy, 0.1, 60_000, monoNs(NOW + NS_PER_S))).toBe('ok')
  })

  it('looks at free and locked together, so that lag between the two never matters', () => {
    const { check, open, positions } = bench()
    positions.setBalance(0, 'USDT', '0', '12000')
    open(Side.Buy, 0.1, 60_000)
    expect(check(Side.Buy, 0.1, 59_999)).toBe('ok')
    expect(check(Side.Buy, 0.2, 59_999)).toBe('balance')
  })

  it('places nothing on a stale book, and nothing at all when halted', () => {
    const { gate, check, world } = bench({ maxOpenOrders: 1 })
    world.isTradable = false
    expect(check(Side.Buy, 0.1)).toBe('stale_book')
    world.isTradable = true
    gate.halted = true
    expect(check(Side.Buy, 0.1)).toBe('halted')
  })

  it('names rule, limit and value', () => {
    const { gate, check, open } = bench({ maxOpenOrders: 1 })
    open(Side.Sell, 0.1, 61_000)
    expect(check(Side.Buy, 0.1)).toBe('max_open_orders')
    expect(gate.refusal.text).toBe('max_open_orders: 1 against a limit of 1')
  })
})
