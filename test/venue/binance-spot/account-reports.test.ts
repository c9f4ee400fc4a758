// Listings of the account, hand-written after the venue's document.
import { expect, it } from 'vitest'
import { monoNs } from '#core/units.ts'
import { VenueEventQueue } from '#order/venue-event-queue.ts'
import { AccountReports } from '#venue/binance-spot/account-reports.ts'
import { SymbolLookup } from '#venue/binance-spot/symbol-lookup.ts'
import { takeLines } from './event-text.ts'
import { twoInstruments } from './market-record.ts'

it('takes an asset that the balances leave out for sold to the last unit', () => {
  const instruments = twoInstruments()
  const events = new VenueEventQueue(64)
  const reports = new AccountReports(0, new SymbolLookup('binance_spot', instruments), events)
  const balances = [
    { asset: 'USDT', free: '512000.04000000', locked: '0.00000000' },
    { asset: 'DOGE', free: '7.00000000', locked: '0.00000000' },
  ]
  reports.tellBalances(JSON.stringify({ balances }), monoNs(1))
  const { baseAsset: first } = instruments.at(0)
  const { baseAsset: second } = instruments.at(1)
  expect(takeLines(events, instruments)).toEqual([
    'Balance USDT free 512000.04000000 locked 0.00000000',
    'Balance DOGE free 7.00000000 locked 0.00000000',
    `Balance ${first} free 0 locked 0`,
    `Balance ${second} free 0 locked 0`,
  ])
})
