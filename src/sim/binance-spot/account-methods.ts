// Balances, fees and order counters of a signed account.
import { D } from '#core/decimal.ts'
import { method } from './method.ts'
import type { Call, Method, VenueState } from './method.ts'
import { fixed8Text, ZERO } from './wire-text.ts'

const BPS = 10_000

export function accountMethods(state: VenueState): readonly Method[] {
  return [
    method({
      rest: 'GET /api/v3/account',
      ws: 'account.status',
      isSigned: true,
      weight: 20,
      accepts: 'omitZeroBalances',
      run: (call) => account(state, call),
    }),
    method({
      rest: 'GET /api/v3/account/commission',
      ws: 'account.commission',
      isSigned: true,
      weight: 20,
      accepts: 'symbol',
      run: (call) => commission(state, call),
    }),
    method({
      rest: 'GET /api/v3/rateLimit/order',
      ws: 'account.rateLimits.orders',
      isSigned: true,
      weight: 40,
      run: (call) => state.limits.orderRows(call.account, call.nowUs),
    }),
  ]
}

function account(state: VenueState, call: Call): object {
  const omitZero = call.params.boolean('omitZeroBalances', false)
  const { maker, taker } = state.fees
  const balances = state.exchange
    .balances(call.account)
    .filter((one) => !omitZero || !new D(one.free).plus(one.locked).isZero())
    .map((one) => ({
      asset: one.asset,
      free: fixed8Text(one.free),
      locked: fixed8Text(one.locked),
    }))
  return {
    makerCommission: new D(maker).mul(BPS).toNumber(),
    takerCommission: new D(taker).mul(BPS).toNumber(),
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: ratesOf(maker, taker),
    canTrade: true,
    canWithdraw: false,
    canDeposit: false,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: call.stamp(call.nowUs),
    accountType: 'SPOT',
    balances,
    permissions: ['SPOT'],
    uid: uidOf(call.account),
  }
}

function commission(state: VenueState, call: Call): object {
  const instrument = state.listings.find(call.params.text('symbol'))
  return {
    symbol: instrument.venueSymbol,
    standardCommission: ratesOf(state.fees.maker, state.fees.taker),
    specialCommission: ratesOf('0', '0'),
    taxCommission: ratesOf('0', '0'),
    discount: {
      enabledForAccount: false,
      enabledForSymbol: false,
      discountAsset: 'BNB',
      discount: '0.75000000',
    },
  }
}

const ratesOf = (maker: string, taker: string): object => ({
  maker: fixed8Text(maker),
  taker: fixed8Text(taker),
  buyer: ZERO,
  seller: ZERO,
})

/** Stable for a name, so that a restarted venue shows the same account. */
function uidOf(name: string): number {
  let uid = 0
  for (const character of name) uid = (uid * 31 + (character.codePointAt(0) ?? 0)) % 1_000_000_007
  return 100_000_000 + uid
}
