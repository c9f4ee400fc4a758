// Why the gate said no: the rule, its limit and the value that broke it. One record, reused.

export const RISK_RULES = [
  'none',
  'halted',
  'unknown_order',
  'task_total',
  'max_order_notional',
  'max_position',
  'price_collar',
  'orders_per_second',
  'max_open_orders',
  'stale_book',
  'self_cross',
  'balance',
  'journal_behind',
  'kill_switch',
] as const
export type RiskRule = (typeof RISK_RULES)[number]

export class Refusal {
  rule: RiskRule = 'none'
  limit = 0
  value = 0

  set(rule: RiskRule, limit: number, value: number): void {
    this.rule = rule
    this.limit = limit
    this.value = value
  }

  /** For people: `max_order_notional: 120000 is more than 100000`. */
  get text(): string {
    return `${this.rule}: ${this.value} against a limit of ${this.limit}`
  }
}
