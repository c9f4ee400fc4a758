// The reference of `receive`: what one thread of C pays for the same messages, with a blocking read,
// a loop over the frames in the buffer, and a call for each message that looks at its last byte.
//   receive PORT     then "count\n" in, "ns of CPU a message\n" out, until the input ends
#define _GNU_SOURCE
#include "websocket.h"
#include <sys/resource.h>

enum { BURST_BYTES = 256 * 1024 };

static long messages_left;

__attribute__((noinline)) static void take(const char *text, size_t size) {
  if (size == 0 || text[size - 1] != '}') die("a message lost its end");
  messages_left--;
}

/** Of this process, user and system. */
static double cpu_ns(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  double seconds = (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec;
  double micros = (double)usage.ru_utime.tv_usec + (double)usage.ru_stime.tv_usec;
  return seconds * 1e9 + micros * 1e3;
}

/** One read. The cut-off tail goes to the front, so that the buffer in use stays in the cache. */
static void read_burst(struct websocket *socket) {
  size_t tail = socket->to - socket->from;
  memmove(socket->in, socket->in + socket->from, tail);
  ssize_t size = recv(socket->fd, socket->in + tail, BURST_BYTES, 0);
  if (size <= 0) die("the server left");
  socket->from = 0;
  socket->to = tail + (size_t)size;
}

static double receive_messages(struct websocket *socket, const char *count) {
  struct frame frame;
  double start_ns = cpu_ns();
  messages_left = atol(count);
  send_text(socket, OPCODE_TEXT, count, strlen(count));
  while (messages_left > 0) {
    read_burst(socket);
    while (next_frame(socket, &frame)) take(frame.text, frame.size);
  }
  return (cpu_ns() - start_ns) / atof(count);
}

int main(int argc, char **argv) {
  if (argc != 2) die("usage: receive PORT");
  struct websocket *socket = open_websocket(atoi(argv[1]), "/");
  char line[32];
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    printf("%.3f\n", receive_messages(socket, line));
    fflush(stdout);
  }
  return 0;
}
