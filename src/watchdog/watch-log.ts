// What a watchdog tells: one event a line, for people and programs who come afterwards.

export type WatchFields = Readonly<Record<string, string | number | boolean>>

export interface WatchLog {
  /** `event` is stable (`order_cancelled`); the fields name what it happened to. */
  tell(event: string, fields: WatchFields): void
}
