// Balances of the venue's customers, exact to the last digit.
//
// Money is a BigInt count of 10^-16 of an asset, fine enough for price × quantity of every listed
// instrument, so nothing is ever rounded except a fee (see fees.ts). An open order holds a lock:
// its fills are paid out of the lock, what the lock no longer needs goes back to `free`.
// Accounts know assets and order ids, never books or prices.
import { assert } from '#core/assert.ts'
import { D, isPlainDecimal, textFromUnits } from '#core/decimal.ts'
import { EngineError } from '#core/engine-error.ts'
import type { SimBalance } from './exchange-types.ts'

/** Decimals of a money unit. */
export const MONEY_SCALE = 16

/**
 * Decimal text as money units.
 * @throws EngineError `bad_balance` when it is no plain decimal or finer than a money unit.
 */
export function moneyFromText(text: string, what: string): bigint {
  const units = isPlainDecimal(text) ? new D(text).mul(D.pow(10, MONEY_SCALE)) : undefined
  if (units === undefined || !units.isInteger() || units.isNegative()) {
    throw new EngineError(
      'bad_balance',
      `${what}: "${text}" is not an amount of at most 16 decimals`,
    )
  }
  return BigInt(units.toFixed(0))
}

export const moneyText = (units: bigint): string => textFromUnits(units, MONEY_SCALE)

interface Purse {
  free: bigint
  locked: bigint
}

interface Lock {
  readonly account: string
  readonly asset: string
  units: bigint
}

export class Accounts {
  readonly #purses = new Map<string, Map<string, Purse>>()
  readonly #locks = new Map<number, Lock>()
  readonly #changed = new Map<string, Set<string>>()

  names(): readonly string[] {
    return [...this.#purses.keys()]
  }

  has(account: string): boolean {
    return this.#purses.has(account)
  }

  /** Makes the account known, with nothing in it. */
  open(account: string): void {
    if (!this.#purses.has(account)) this.#purses.set(account, new Map())
  }

  credit(account: string, asset: string, units: bigint): void {
    this.#purse(account, asset).free += units
    this.#mark(account, asset)
  }

  free(account: string, asset: string): bigint {
    return this.#purses.get(account)?.get(asset)?.free ?? 0n
  }

  /** Sets aside what an order may cost; the caller has checked that it is there. */
  lock(orderId: number, account: string, asset: string, units: bigint): void {
    const purse = this.#purse(account, asset)
    assert(units <= purse.free, 'an order never locks more than is free')
    assert(!this.#locks.has(orderId), 'an order locks once')
    purse.free -= units
    purse.locked += units
    this.#locks.set(orderId, { account, asset, units })
    this.#mark(account, asset)
  }

  /** Pays out of an order's lock and frees what the lock holds beyond `stillNeeded`. */
  pay(orderId: number, units: bigint, stillNeeded: bigint): void {
    const lock = this.#locks.get(orderId)
    assert(lock !== undefined, 'an order pays from its lock')
    assert(units + stillNeeded <= lock.units, 'a lock covers what the order may cost')
    const purse = this.#purse(lock.account, lock.asset)
    purse.free += lock.units - units - stillNeeded
    purse.locked += stillNeeded - lock.units
    lock.units = stillNeeded
    this.#mark(lock.account, lock.asset)
  }

  /** What an order's lock still holds; 0 without one. */
  lockedBy(orderId: number): bigint {
    return this.#locks.get(orderId)?.units ?? 0n
  }

  /** Frees the rest of an order's lock; harmless when it has none. */
  release(orderId: number): void {
    const lock = this.#locks.get(orderId)
    if (lock === undefined) return
    if (lock.units > 0n) this.pay(orderId, 0n, 0n)
    this.#locks.delete(orderId)
  }

  /** Every asset the account ever held, in order of first use. */
  balances(account: string): readonly SimBalance[] {
    const purses = this.#purses.get(account)
    return purses === undefined ? [] : [...purses].map(([asset, purse]) => balanceOf(asset, purse))
  }

  /** Balances that changed since the last call, as absolute values. */
  takeChanged(account: string): readonly SimBalance[] {
    const changed = this.#changed.get(account)
    if (changed === undefined) return []
    this.#changed.delete(account)
    return [...changed].map((asset) => balanceOf(asset, this.#purse(account, asset)))
  }

  #purse(account: string, asset: string): Purse {
    const purses = this.#purses.get(account)
    assert(purses !== undefined, 'money moves between known accounts only')
    let purse = purses.get(asset)
    if (purse === undefined) {
      purse = { free: 0n, locked: 0n }
      purses.set(asset, purse)
    }
    return purse
  }

  #mark(account: string, asset: string): void {
    const changed = this.#changed.get(account)
    if (changed === undefined) this.#changed.set(account, new Set([asset]))
    else changed.add(asset)
  }
}

function balanceOf(asset: string, purse: Purse): SimBalance {
  return { asset, free: moneyText(purse.free), locked: moneyText(purse.locked) }
}
