import { describe, expect, test } from 'vitest'
import { Accounts, moneyFromText, moneyText } from '#sim/accounts.ts'
import { feeOf, feeRate } from '#sim/fees.ts'

const money = (text: string): bigint => moneyFromText(text, 'test')

function withMoney(text: string): Accounts {
  const accounts = new Accounts()
  accounts.open('ann')
  accounts.credit('ann', 'USDT', money(text))
  accounts.takeChanged('ann')
  return accounts
}

describe('money', () => {
  test.each(['0', '1', '0.0000000000000001', '123456789012.00000001'])('%s is exact', (text) => {
    expect(moneyText(money(text))).toBe(text)
  })

  test.each(['-1', '1e5', '', 'NaN', '0.00000000000000001'])('"%s" is refused', (text) => {
    expect(() => money(text)).toThrow(/is not an amount of at most 16 decimals/)
  })
})

describe('locks', () => {
  test('an order locks, pays, frees what it no longer needs, and releases the rest', () => {
    const accounts = withMoney('100')
    accounts.lock(1, 'ann', 'USDT', money('60'))
    expect(accounts.balances('ann')).toEqual([{ asset: 'USDT', free: '40', locked: '60' }])
    accounts.pay(1, money('19'), money('40'))
    expect(accounts.balances('ann')).toEqual([{ asset: 'USDT', free: '41', locked: '40' }])
    accounts.release(1)
    expect(accounts.balances('ann')).toEqual([{ asset: 'USDT', free: '81', locked: '0' }])
    accounts.release(1)
    expect(accounts.free('ann', 'USDT')).toBe(money('81'))
  })

  test('more than is free, or more than is locked, cannot move', () => {
    const accounts = withMoney('100')
    expect(() => accounts.lock(1, 'ann', 'USDT', money('100.1'))).toThrow('more than is free')
    accounts.lock(1, 'ann', 'USDT', money('60'))
    expect(() => accounts.pay(1, money('30'), money('31'))).toThrow('a lock covers')
  })

  test('changed balances are told once, with absolute values', () => {
    const accounts = withMoney('100')
    accounts.credit('ann', 'BTC', money('1'))
    accounts.credit('ann', 'USDT', money('1'))
    expect(accounts.takeChanged('ann')).toEqual([
      { asset: 'BTC', free: '1', locked: '0' },
      { asset: 'USDT', free: '101', locked: '0' },
    ])
    expect(accounts.takeChanged('ann')).toEqual([])
  })
})

describe('fees', () => {
  test.each([
    ['0.1', 10, '0.0001'],
    ['6000', 10, '6'],
    ['0.00001', 10, '0.00000001'],
    ['0.000009', 10, '0'],
    ['1', 7.5, '0.00075'],
    ['5', 0, '0'],
    ['0.12345678', 10, '0.00012345'],
  ])('%s received at %d bps costs %s, cut after 8 decimals', (received, bps, fee) => {
    expect(moneyText(feeOf(money(received), feeRate(bps)))).toBe(fee)
  })

  test.each([-1, 1001, 0.001, Number.NaN])('%d bps is refused', (bps) => {
    expect(() => feeRate(bps)).toThrow(/fee of/)
  })
})
