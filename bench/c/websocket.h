// A WebSocket client in as few lines as do the job: blocking connect and handshake, frames cut from
// one buffer for each connection, a masked frame built in place and handed over with one write.
// Whatever the bench's venue never does (fragments, compression) ends the program by name.
#pragma once
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RECEIVE_BYTES = 1 << 20, READ_BYTES = 1 << 16, SEND_BYTES = 1 << 12 };
enum { OPCODE_TEXT = 1, OPCODE_CLOSE = 8, OPCODE_PING = 9, OPCODE_PONG = 10 };
/** Of a frame we send: two bytes, 16 bits of length, four of mask. */
enum { HEADER_BYTES = 8, MEDIUM_LENGTH = 126, LONG_LENGTH = 127 };

struct websocket {
  int fd;
  /** Received and not yet cut into frames: `in[from, to)`. */
  size_t from, to;
  uint64_t mask_state;
  char in[RECEIVE_BYTES];
  /** The payload of the next frame stands behind its header. */
  char out[SEND_BYTES];
};

struct frame {
  int opcode;
  const char *text;
  size_t size;
};

static void die(const char *what) {
  fprintf(stderr, "bench/c/tick-to-order: %s\n", what);
  exit(1);
}

static int connect_tcp(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, (struct sockaddr *)&address, sizeof address) != 0) die("cannot connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  return fd;
}

/** One read; what it brought is appended. */
static void receive(struct websocket *socket) {
  if (socket->from == socket->to) {
    socket->from = socket->to = 0;
  } else if (socket->to + READ_BYTES > RECEIVE_BYTES) {
    memmove(socket->in, socket->in + socket->from, socket->to - socket->from);
    socket->to -= socket->from;
    socket->from = 0;
    if (socket->to + READ_BYTES > RECEIVE_BYTES) die("a message is too long");
  }
  ssize_t size = read(socket->fd, socket->in + socket->to, READ_BYTES);
  if (size <= 0) die("the venue closed a connection");
  socket->to += (size_t)size;
}

static struct websocket *open_websocket(int port, const char *target) {
  struct websocket *socket = calloc(1, sizeof *socket);
  if (socket == NULL) die("no memory");
  socket->fd = connect_tcp(port);
  socket->mask_state = 0x9e3779b97f4a7c15u ^ (uint64_t)socket->fd;
  int size = snprintf(socket->out, SEND_BYTES,
                      "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                      target, port);
  if (write(socket->fd, socket->out, (size_t)size) != size) die("cannot send the handshake");
  const char *end = NULL;
  while (end == NULL) {
    receive(socket);
    end = memmem(socket->in, socket->to, "\r\n\r\n", 4);
  }
  if (memcmp(socket->in, "HTTP/1.1 101", 12) != 0) die("the venue refused the upgrade");
  socket->from = (size_t)(end + 4 - socket->in);
  return socket;
}

/** Cuts the next whole frame off; 0 when the rest of it has not come. */
static int next_frame(struct websocket *socket, struct frame *frame) {
  const uint8_t *head = (const uint8_t *)socket->in + socket->from;
  size_t available = socket->to - socket->from, header = 2;
  if (available < header) return 0;
  size_t size = head[1] & 0x7f;
  if (size == MEDIUM_LENGTH) {
    header = 4;
    if (available < header) return 0;
    size = (size_t)head[2] << 8 | head[3];
  } else if (size == LONG_LENGTH) {
    header = 10;
    if (available < header) return 0;
    size = 0;
    for (int i = 2; i < 10; i++) size = size << 8 | head[i];
  }
  if (available < header + size) return 0;
  if ((head[0] & 0x80) == 0) die("fragments are not read");
  frame->opcode = head[0] & 0x0f;
  frame->text = (const char *)head + header;
  frame->size = size;
  socket->from += header + size;
  return 1;
}

static char *payload_of(struct websocket *socket) { return socket->out + HEADER_BYTES; }

/** Masks in place; returns where the frame begins, its size in `size`. */
static const char *finish_frame(struct websocket *socket, int opcode, size_t *size) {
  uint64_t state = socket->mask_state;
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  socket->mask_state = state;
  uint64_t mask = (state >> 32) | (state >> 32 << 32);
  char *payload = payload_of(socket), *head = payload;
  for (size_t i = 0; i < *size; i += 8) {
    uint64_t word;
    memcpy(&word, payload + i, 8);
    word ^= mask;
    memcpy(payload + i, &word, 8);
  }
  memcpy(head -= 4, &mask, 4);
  if (*size >= MEDIUM_LENGTH) {
    *--head = (char)*size;
    *--head = (char)(*size >> 8);
    *--head = (char)(0x80 | MEDIUM_LENGTH);
  } else {
    *--head = (char)(0x80 | *size);
  }
  *--head = (char)(0x80 | opcode);
  *size += (size_t)(payload - head);
  return head;
}

static void write_frame(struct websocket *socket, const char *frame, size_t size) {
  if (write(socket->fd, frame, size) != (ssize_t)size) die("a frame was not written whole");
}

/** For everything but orders: copies, frames and writes. */
static void send_text(struct websocket *socket, int opcode, const char *text, size_t size) {
  if (size > SEND_BYTES - HEADER_BYTES - 8) die("a request is too long");
  memcpy(payload_of(socket), text, size);
  const char *frame = finish_frame(socket, opcode, &size);
  write_frame(socket, frame, size);
}
