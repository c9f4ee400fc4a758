// The reference of tick-to-order: what a plain, competent C program needs for the same job. One
// order stands a fixed distance above the ask; a tick that moves the price cancels it, and the
// cancel's answer places the next one. Two sockets under one epoll, everything in one thread, on a
// session that logged on, so that no request is signed.
//
//   cc -O2 -march=native tick-to-order.c -o tick-to-order
//   tick-to-order PORT SYMBOL OFFSET_TICKS LOGON_REQUEST     (the request's id is 1)
//
// Lines on standard input: `count` and `pause` start and stop the taking of samples, `report`
// prints those taken since the last report as one line of JSON, the end of input ends the program.
#define _GNU_SOURCE
#include "market.h"
#include "samples.h"
#include "websocket.h"
#include <ctype.h>
#include <sys/epoll.h>

enum stage { NONE, PLACING, WORKING, CANCELLING };
enum { LOGON_ID = 1, SUBSCRIBE_ID = 2, FIRST_ORDER_ID = 1000000000 };
enum { ID_DIGITS = 10, TIMESTAMP_DIGITS = 13, CLIENT_ID_DIGITS = 20 };
static const char SUBSCRIBE[] = "{\"id\":2,\"method\":\"userDataStream.subscribe\"}";

static struct market market;
static struct samples tick_samples, answer_samples;
static struct websocket *market_socket, *order_socket;
static const char *symbol;
static int64_t offset_ticks;

static enum stage stage = NONE;
static int is_subscribed, is_announced, is_counting;
static int64_t working_ticks, request_id = FIRST_ORDER_ID, client_id;
/** Of the read being handled: when it returned, -1 once its first request was written. */
static int64_t read_ns;
static struct samples *read_samples;

static char *append(char *at, const char *text) {
  size_t size = strlen(text);
  memcpy(at, text, size);
  return at + size;
}

static char *append_digits(char *at, int64_t number, int digits) {
  for (int i = digits - 1; i >= 0; i--, number /= 10) at[i] = (char)('0' + number % 10);
  return at + digits;
}

static char *append_price(char *at, int64_t ticks) {
  char digits[24], *from = digits + sizeof digits;
  int64_t whole = ticks / 100;
  do *--from = (char)('0' + whole % 10);
  while ((whole /= 10) > 0);
  size_t size = (size_t)(digits + sizeof digits - from);
  memcpy(at, from, size);
  at[size] = '.';
  return append_digits(at + size + 1, ticks % 100, PRICE_DECIMALS);
}

/** What both requests begin with: id, method, symbol, freshness, and the order's own id. */
static char *begin_request(const char *method, const char *id_name) {
  char *at = append(payload_of(order_socket), "{\"id\":");
  at = append_digits(at, ++request_id, ID_DIGITS);
  at = append(at, ",\"method\":\"");
  at = append(at, method);
  at = append(at, "\",\"params\":{\"symbol\":\"");
  at = append(at, symbol);
  at = append(at, "\",\"recvWindow\":2000,\"timestamp\":");
  at = append_digits(at, clock_ns(CLOCK_REALTIME) / 1000000, TIMESTAMP_DIGITS);
  at = append(at, ",\"");
  at = append(at, id_name);
  at = append(at, "\":\"c");
  return append_digits(at, client_id, CLIENT_ID_DIGITS);
}

/** Masks and writes the request that ends at `end`; the first one of a read is its reaction. */
static void send_request(char *end) {
  size_t size = (size_t)(end - payload_of(order_socket));
  const char *frame = finish_frame(order_socket, OPCODE_TEXT, &size);
  int64_t ready_ns = clock_ns(CLOCK_MONOTONIC);
  write_frame(order_socket, frame, size);
  int64_t written_ns = clock_ns(CLOCK_MONOTONIC);
  if (is_counting && read_ns >= 0) {
    add_sample(read_samples, ready_ns - read_ns, written_ns - read_ns);
  }
  read_ns = -1;
}

static void place(int64_t ticks) {
  stage = PLACING;
  working_ticks = ticks;
  client_id++;
  char *at = begin_request("order.place", "newClientOrderId");
  at = append(at, "\",\"side\":\"SELL\",\"type\":\"LIMIT\",\"timeInForce\":\"GTC\","
                  "\"newOrderRespType\":\"ACK\",\"quantity\":\"0.10000\",\"price\":\"");
  at = append_price(at, ticks);
  send_request(append(at, "\"}}"));
}

static void cancel(void) {
  stage = CANCELLING;
  send_request(append(begin_request("order.cancel", "origClientOrderId"), "\"}}"));
}

static void decide(void) {
  if (market.ask_ticks == 0 || !is_subscribed) return;
  int64_t desired = market.ask_ticks + offset_ticks;
  if (stage == NONE) place(desired);
  else if (stage == WORKING && desired != working_ticks) cancel();
}

static void order_is_working(void) {
  stage = WORKING;
  if (is_announced) return;
  is_announced = 1;
  printf("{\"ready\":true}\n");
  fflush(stdout);
}

static void on_answer(int64_t id) {
  if (id == LOGON_ID) send_text(order_socket, OPCODE_TEXT, SUBSCRIBE, strlen(SUBSCRIBE));
  else if (id == SUBSCRIBE_ID) is_subscribed = 1;
  else if (id == request_id && stage == PLACING) order_is_working();
  else if (id == request_id && stage == CANCELLING) stage = NONE;
}

/** A private event: the order's own NEW may come before the answer to its request. */
static void on_event(const struct frame *frame) {
  char own[64];
  char *end = append_digits(append(own, "\"c\":\"c"), client_id, CLIENT_ID_DIGITS);
  if (memmem(frame->text, frame->size, "\"x\":\"TRADE\"", 11) != NULL) die("an order traded");
  if (stage != PLACING || memmem(frame->text, frame->size, "\"x\":\"NEW\"", 9) == NULL) return;
  if (memmem(frame->text, frame->size, own, (size_t)(end - own)) != NULL) order_is_working();
}

static void on_order_message(const struct frame *frame) {
  const char *end = frame->text + frame->size, *at = skip(frame->text, end, "{\"id\":");
  if (at == NULL) {
    on_event(frame);
  } else {
    int64_t id = read_decimal(&at, 0);
    if (skip(at, end, ",\"status\":200,") == NULL) {
      fprintf(stderr, "%.*s\n", (int)frame->size, frame->text);
      die("the venue refused a request");
    }
    on_answer(id);
  }
  decide();
}

static void on_readable(struct websocket *socket) {
  struct frame frame;
  receive(socket);
  read_ns = clock_ns(CLOCK_MONOTONIC);
  read_samples = socket == market_socket ? &tick_samples : &answer_samples;
  while (next_frame(socket, &frame)) {
    if (frame.opcode == OPCODE_PING) send_text(socket, OPCODE_PONG, frame.text, frame.size);
    else if (frame.opcode == OPCODE_CLOSE) die("the venue closed a connection");
    else if (frame.opcode != OPCODE_TEXT) continue;
    else if (socket == order_socket) on_order_message(&frame);
    else {
      read_market(&market, &frame);
      decide();
    }
  }
}

static void report(void) {
  printf("{");
  print_samples(&tick_samples);
  printf(",");
  print_samples(&answer_samples);
  printf("}\n");
  fflush(stdout);
}

/** Commands are short and wait for each other's answers: a read holds whole lines. */
static void on_commands(void) {
  char lines[64];
  ssize_t size = read(STDIN_FILENO, lines, sizeof lines - 1);
  if (size <= 0) exit(0);
  lines[size] = '\0';
  for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n")) {
    if (strcmp(line, "count") == 0) is_counting = 1;
    else if (strcmp(line, "pause") == 0) is_counting = 0;
    else if (strcmp(line, "report") == 0) report();
    else die("an unknown command");
  }
}

static void watch(int epoll, int fd, struct websocket *socket) {
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = socket};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("cannot watch a descriptor");
}

int main(int argc, char **argv) {
  if (argc != 5) die("usage: tick-to-order PORT SYMBOL OFFSET_TICKS LOGON_REQUEST");
  int port = atoi(argv[1]);
  symbol = argv[2];
  offset_ticks = atoi(argv[3]);
  char stream[SYMBOL_BYTES_MAX] = "", target[256];
  for (int i = 0; symbol[i] != '\0' && i < SYMBOL_BYTES_MAX - 1; i++) {
    stream[i] = (char)tolower(symbol[i]);
  }
  snprintf(target, sizeof target, "/stream?streams=%s@bookTicker/%s@depth@100ms/%s@trade", stream,
           stream, stream);
  init_market(&market, symbol, stream);
  init_samples(&tick_samples, "tick");
  init_samples(&answer_samples, "answer");
  client_id = clock_ns(CLOCK_REALTIME);
  market_socket = open_websocket(port, target);
  order_socket = open_websocket(port, "/ws-api/v3");
  send_text(order_socket, OPCODE_TEXT, argv[4], strlen(argv[4]));

  int epoll = epoll_create1(0);
  watch(epoll, market_socket->fd, market_socket);
  watch(epoll, order_socket->fd, order_socket);
  watch(epoll, STDIN_FILENO, NULL);
  for (;;) {
    struct epoll_event events[3];
    int count = epoll_wait(epoll, events, 3, -1);
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == NULL) on_commands();
      else on_readable(events[i].data.ptr);
    }
  }
}
