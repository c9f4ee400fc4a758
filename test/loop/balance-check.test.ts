// Balances against our own fills and fees, in exact decimals.
import { describe, expect, it } from 'vitest'
import { monoNs, priceUnits, qtyUnits, Side } from '#core/units.ts'
import { BalanceCheck } from '#loop/balance-check.ts'
import { InstrumentTable } from '#market/instrument.ts'
import { PositionLedger } from '#order/position-ledger.ts'
import { BTC_USDT } from '../fixtures/instruments.ts'

const NOW = monoNs(1)

function bench() {
  const instruments = new InstrumentTable()
  const btc = instruments.put({ ...BTC_USDT, maxQtyUnits: qtyUnits(1_000_000_000) })
  const positions = new PositionLedger()
  const told: string[] = []
  const check = new BalanceCheck({
    account: 0,
    name: 'test_spot main',
    instruments,
    positions,
    notices: { notice: (_level, _code, text) => told.push(text) },
  })
  let trades = 0
  const fill = (side: Side, qty: number, price: number, fee = '', feeAsset = '') => {
    check.booked({
      order: 0,
      clientIdHi: 0,
      clientIdLo: 0,
      task: 0,
      account: 0,
      instrument: btc.index,
      side,
      priceUnits: priceUnits(price),
      qtyUnits: qtyUnits(qty),
      tradeId: String(trades++),
      fee,
      feeAsset,
      isMaker: false,
      venueTimeUs: 0,
    })
  }
  /** The venue lists `BTC 1.5+0.5 USDT 0+0`: free and locked. True when it wants a second look. */
  const look = (text: string, options: { isComparable?: boolean; during?: () => void } = {}) => {
    check.asked()
    for (const balance of text.split(', ').filter((part) => part !== '')) {
      const [asset, amounts] = balance.split(' ')
      const [free, locked] = amounts!.split('+')
      check.heard(asset!, free!, locked!, 0)
    }
    options.during?.()
    return check.listed([btc.index], options.isComparable ?? true, NOW)
  }
  return { check, fill, look, told, positions }
}

describe('the balance check', () => {
  it('is silent while balances move as our fills and fees say, to the last digit', () => {
    const { fill, look, told } = bench()
    look('BTC 1+0, USDT 1000+0')
    fill(Side.Buy, 10_000, 6_000_001, '0.0001', 'BTC') // 0.1 BTC at 60000.01
    fill(Side.Sell, 1, 123, '0.00000123', 'USDT')
    expect(look('BTC 1.09989+0, USDT -5000.00098893+0')).toBe(false)
    expect(look('BTC 1.09989+0, USDT -5000.00098892+0')).toBe(true)
    expect(told).toEqual([])
  })

  it('does not care whether funds are free or locked', () => {
    const { look, told } = bench()
    look('BTC 1+0, USDT 1000+0')
    expect(look('BTC 0.2+0.8, USDT 0+1000')).toBe(false)
    expect(told).toEqual([])
  })

  it('tells a difference that two looks agree on, once, with its figures', () => {
    const { look, told } = bench()
    look('BTC 1+0, USDT 1000+0')
    expect(look('BTC 1+0, USDT 900+0')).toBe(true)
    expect(told).toEqual([])
    expect(look('BTC 1+0, USDT 900+0')).toBe(false)
    expect(told).toEqual([
      'test_spot main: USDT is 900, by our fills and fees it would be 1000 ' +
        '(-100 moved by somebody else)',
    ])
    expect(look('BTC 1+0, USDT 900+0')).toBe(false)
    expect(told.length).toBe(1)
  })

  it('forgets one that the second look does not see: an event was a moment behind', () => {
    const { fill, look, told } = bench()
    look('BTC 1+0, USDT 1000+0')
    expect(look('BTC 0.9+0, USDT 1100+0')).toBe(true)
    fill(Side.Sell, 10_000, 100_000)
    expect(look('BTC 0.9+0, USDT 1100+0')).toBe(false)
    expect(told).toEqual([])
  })

  it('says another only after it was quiet: somebody who trades all day is told of once', () => {
    const { look, told } = bench()
    const twice = (text: string) => [look(text), look(text)]
    look('USDT 1000+0')
    for (const amount of ['990', '980', '970']) twice(`USDT ${amount}+0`)
    expect(told.length).toBe(1)
    look('USDT 970+0')
    twice('USDT 960+0')
    expect(told.length).toBe(2)
  })

  it('does not take an old balance that comes late for the newest', () => {
    const { check } = bench()
    expect(check.heard('BTC', '1', '0', 5_000)).toBe(true)
    expect(check.heard('BTC', '2', '0', 7_000)).toBe(true)
    expect(check.heard('BTC', '1', '0', 5_000)).toBe(false)
    expect(check.heard('USDT', '1', '0', 5_000)).toBe(true) // each asset has its own time
    expect(check.heard('BTC', '3', '0', 7_000)).toBe(true) // the same millisecond: later is newer
    expect(check.heard('BTC', '4', '0', 0)).toBe(true) // a venue that does not say when
    check.forgetTimes()
    expect(check.heard('BTC', '1', '0', 5_000)).toBe(true)
  })

  it('compares nothing while fills are under way', () => {
    const { fill, look, told } = bench()
    look('BTC 1+0, USDT 1000+0')
    const during = () => fill(Side.Sell, 10_000, 100_000)
    expect(look('BTC 1+0, USDT 1000+0', { during })).toBe(false)
    expect(look('BTC 7+0, USDT 7+0', { isComparable: false })).toBe(false)
    expect(look('BTC 0.9+0, USDT 1100+0')).toBe(false)
    expect(told).toEqual([])
  })

  it('takes what a whole listing leaves out for zero, in the gate as well', () => {
    const { look, told, positions } = bench()
    positions.setBalance(0, 'BTC', '1', '0')
    look('USDT 1000+0')
    expect(positions.balance(0, 'BTC')).toEqual({ free: 0, locked: 0 })
    look('USDT 1000+0')
    expect(told).toEqual([])
  })
})
