// The venue of `rest`: takes orders over HTTP/1.1 on connections that stay open, and stamps the
// moment when the last byte of one is in its hands. It answers with the stamp. It is in C and spins
// while orders come, so that a caller's figure holds as little of the venue's own time as can be:
// no waking up, no parsing. It understands what our callers send (a head, a Content-Length, a body
// that may come later) and nothing else.
//
//   cc -O2 -o rest-venue rest-venue.c; ./rest-venue       prints its port; ends with its input
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTIONS_MAX 16
#define REQUEST_BYTES_MAX 8192
/** It goes to sleep when no order has come for so long. */
#define SPIN_NS 50000000LL

enum { INPUT, LISTENER, CONNECTIONS };

static struct pollfd polled[CONNECTIONS + CONNECTIONS_MAX];
static char requests[CONNECTIONS_MAX][REQUEST_BYTES_MAX + 1];
static size_t request_bytes[CONNECTIONS_MAX];
static int connection_count;
static long order_count;

static void fail(const char *why) {
  fprintf(stderr, "rest-venue.c: %s\n", why);
  exit(1);
}

/** The clock of process.hrtime. */
static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int listen_on_loopback(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in address = {.sin_family = AF_INET};
  socklen_t size = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, 8) != 0) fail("no port");
  getsockname(fd, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void accept_one(void) {
  if (connection_count == CONNECTIONS_MAX) fail("too many connections");
  int fd = accept(polled[LISTENER].fd, NULL, NULL);
  int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  polled[CONNECTIONS + connection_count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static int is_whole(const char *request, size_t size) {
  const char *head_end = strstr(request, "\r\n\r\n");
  if (head_end == NULL) return 0;
  const char *length = strcasestr(request, "\r\ncontent-length:");
  if (length == NULL || length > head_end) fail("an order without a length");
  return size >= (size_t)(head_end + 4 - request) + (size_t)atol(length + 17);
}

static void answer(int fd, int64_t arrived_ns) {
  char body[256];
  char message[512];
  int body_bytes = snprintf(body, sizeof body,
                            "{\"symbol\":\"BTCUSDT\",\"orderId\":%ld,\"orderListId\":-1,"
                            "\"transactTime\":1768474920474,\"arrivedNs\":\"%lld\"}",
                            ++order_count, (long long)arrived_ns);
  int size = snprintf(message, sizeof message,
                      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                      "Content-Length: %d\r\n\r\n%s",
                      body_bytes, body);
  if (send(fd, message, (size_t)size, MSG_NOSIGNAL) != size) fail("an answer was cut short");
}

/** True when an order came. */
static int read_one(int index) {
  struct pollfd *connection = &polled[CONNECTIONS + index];
  char *request = requests[index];
  size_t had = request_bytes[index];
  ssize_t got = recv(connection->fd, request + had, REQUEST_BYTES_MAX - had, 0);
  int64_t arrived_ns = now_ns();
  if (got <= 0) {
    // poll skips what is below zero.
    close(connection->fd);
    connection->fd = -1;
    return 0;
  }
  request_bytes[index] = had + (size_t)got;
  request[request_bytes[index]] = '\0';
  if (!is_whole(request, request_bytes[index])) return 0;
  request_bytes[index] = 0;
  answer(connection->fd, arrived_ns);
  return 1;
}

int main(void) {
  polled[INPUT] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
  polled[LISTENER] = (struct pollfd){.fd = listen_on_loopback(), .events = POLLIN};
  int64_t spin_until_ns = 0;
  for (;;) {
    int count = connection_count;
    int wait_ms = now_ns() < spin_until_ns ? 0 : -1;
    if (poll(polled, (nfds_t)(CONNECTIONS + count), wait_ms) <= 0) continue;
    for (int i = 0; i < count; i++) {
      if (polled[CONNECTIONS + i].revents == 0) continue;
      if (read_one(i)) spin_until_ns = now_ns() + SPIN_NS;
    }
    if (polled[LISTENER].revents != 0) accept_one();
    if (polled[INPUT].revents != 0) return 0;
  }
}
