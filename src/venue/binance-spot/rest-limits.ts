// What a REST reply says about the request weight: its own count, and when to be quiet.
// Going on after a 429 turns it into a ban (418), so both close the budget for every lane.
import { monoNs, NS_PER_S, type MonoNs } from '#core/units.ts'
import type { HttpReply } from '#wire/http-client.ts'
import type { RateBudget } from '#wire/rate-budget.ts'

const QUIET_S = 10

export function observeRestReply(reply: HttpReply, weight: RateBudget, nowNs: MonoNs): void {
  const used = Number(reply.header('x-mbx-used-weight-1m') ?? Number.NaN)
  if (Number.isSafeInteger(used) && used >= 0) weight.observe(used, nowNs)
  if (reply.status !== 429 && reply.status !== 418) return
  const retryAfterS = Number(reply.header('retry-after') ?? QUIET_S)
  const quietS = retryAfterS > 0 ? retryAfterS : QUIET_S
  weight.blockUntil(monoNs(nowNs + quietS * NS_PER_S))
}
