// Reaction times in nanoseconds, kept in memory that was touched beforehand and told as JSON when
// asked: bytes ready, and bytes handed to the kernel, each since its read returned.
#pragma once
#include "websocket.h"
#include <time.h>

enum { SAMPLES_MAX = 1 << 18 };

struct samples {
  const char *name;
  size_t count;
  uint32_t ready_ns[SAMPLES_MAX], written_ns[SAMPLES_MAX];
};

static int64_t clock_ns(clockid_t clock) {
  struct timespec now;
  clock_gettime(clock, &now);
  return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/** Touches every page, so that no sample pays for one. */
static void init_samples(struct samples *samples, const char *name) {
  memset(samples, 0xff, sizeof *samples);
  samples->name = name;
  samples->count = 0;
}

static void add_sample(struct samples *samples, int64_t ready_ns, int64_t written_ns) {
  if (samples->count == SAMPLES_MAX) die("too many samples between two reports");
  samples->ready_ns[samples->count] = (uint32_t)ready_ns;
  samples->written_ns[samples->count] = (uint32_t)written_ns;
  samples->count++;
}

static void print_numbers(const char *name, const uint32_t *numbers, size_t count) {
  printf("\"%s\":[", name);
  for (size_t i = 0; i < count; i++) printf(i == 0 ? "%u" : ",%u", numbers[i]);
  printf("]");
}

/** `"tick":{"readyNs":[…],"writtenNs":[…]}`, and starts anew. */
static void print_samples(struct samples *samples) {
  printf("\"%s\":{", samples->name);
  print_numbers("readyNs", samples->ready_ns, samples->count);
  printf(",");
  print_numbers("writtenNs", samples->written_ns, samples->count);
  printf("}");
  samples->count = 0;
}
