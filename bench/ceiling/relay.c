/*
 * The ceiling: the least that a relay on one core can do with the same frames and the same kernel calls.
 *
 * One thread, one epoll set, one room. JOIN is always accepted, MESSAGE goes to everyone else as
 * `[name] text`, LEAVE closes; every other command is skipped. There are no announcements, limits, logs,
 * lists or name checks: this is a measure for other relays, never something to run.
 *
 * What makes it fast is what a relay can be held to as well: everything that arrives in one epoll round is
 * rendered once into one batch, and each recipient gets its part of the batch in one send. Of a member who has said
 * nothing and has nothing pending only the packed descriptor is touched.
 *
 *     relay HOST PORT      prints "listening" when it is
 */

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { JOIN = 0x00, LEAVE = 0x01, MESSAGE = 0x02 };
enum {
  HEADER_BYTES = 3,
  MAX_PAYLOAD_BYTES = 65535,
  MAX_NAME_BYTES = 64,
  READ_BYTES = 64 * 1024,
  BATCH_BYTES = 4 * 1024 * 1024,
  BATCH_PIECES = 1000, /* below IOV_MAX: the gaps between one sender's own pieces always fit one sendmsg */
  MAX_PENDING_BYTES = 64 * 1024 * 1024,        /* of one connection */
  MAX_TOTAL_PENDING_BYTES = 1024 * 1024 * 1024, /* of all together, as allocated */
  ROUND_EVENTS = 1024,
  BACKLOG = 4096,
  MAX_FDS = 1 << 20,
};

struct connection {
  int fd;
  int member;      /* place in `members`, -1 before JOIN */
  int last_piece;  /* its newest piece of the batch, -1 when it said nothing this round */
  int doomed;
  unsigned char *begun; /* a frame that has begun and is not complete */
  size_t begun_bytes;
  unsigned char *pending; /* what the kernel refused: pending[pending_at, pending_end) */
  size_t pending_at, pending_end, pending_capacity;
  size_t name_bytes;
  unsigned char name[MAX_NAME_BYTES];
};

/* One sender's part of the batch, which it does not get itself. */
struct piece {
  size_t start, end;
  int previous; /* the same sender's piece before this one, -1 at the first */
};

static int epoll_fd;
static struct connection *connections[MAX_FDS];
static struct connection *members[MAX_FDS];
/* Beside `members`: the descriptor where the member takes whole batches, -1 where its connection has to be looked at. */
static int whole_fds[MAX_FDS];
static int member_count;
static struct connection *doomed[MAX_FDS];
static int doomed_count;
static size_t total_pending_bytes;

static unsigned char input[MAX_PAYLOAD_BYTES + HEADER_BYTES + READ_BYTES];
static unsigned char batch[BATCH_BYTES];
static size_t batch_bytes;
static struct piece pieces[BATCH_PIECES];
static int piece_count;
static struct connection *speakers[BATCH_PIECES];
static int speaker_count;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

/* Whether the next batch is just sent to it, or it has pieces of its own in it, or bytes pending. */
static void review(struct connection *c) {
  if (c->member < 0) return;
  whole_fds[c->member] = c->last_piece < 0 && c->pending_end == c->pending_at ? c->fd : -1;
}

/* Out of the room at once; closed at the end of the round, so that nothing in it refers to a reused fd. */
static void doom(struct connection *c) {
  if (c->doomed) return;
  c->doomed = 1;
  if (c->member >= 0) {
    struct connection *moved = members[--member_count];
    members[c->member] = moved;
    moved->member = c->member;
    if (moved != c) review(moved);
    c->member = -1;
  }
  doomed[doomed_count++] = c;
}

static void close_doomed(void) {
  for (int i = 0; i < doomed_count; i++) {
    struct connection *c = doomed[i];
    connections[c->fd] = NULL;
    close(c->fd);
    free(c->begun);
    total_pending_bytes -= c->pending_capacity;
    free(c->pending);
    free(c);
  }
  doomed_count = 0;
}

static void want_writable(struct connection *c, int on) {
  struct epoll_event event = {.events = EPOLLIN | (on ? EPOLLOUT : 0), .data.fd = c->fd};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, c->fd, &event) < 0) fail("epoll_ctl");
}

static void keep_pending(struct connection *c, const unsigned char *bytes, size_t count) {
  size_t held = c->pending_end - c->pending_at;
  int grows = held + count > c->pending_capacity;
  if (held + count > MAX_PENDING_BYTES ||
      (grows && total_pending_bytes + 2 * (held + count) > MAX_TOTAL_PENDING_BYTES)) {
    doom(c);
    return;
  }
  if (c->pending_end + count > c->pending_capacity) {
    if (held > 0) memmove(c->pending, c->pending + c->pending_at, held);
    c->pending_at = 0;
    c->pending_end = held;
    if (grows) {
      total_pending_bytes += 2 * (held + count) - c->pending_capacity;
      c->pending_capacity = 2 * (held + count);
      c->pending = realloc(c->pending, c->pending_capacity);
      if (c->pending == NULL) fail("realloc");
    }
  }
  memcpy(c->pending + c->pending_end, bytes, count);
  c->pending_end += count;
  if (held == 0) want_writable(c, 1);
  review(c);
}

static void write_pending(struct connection *c) {
  size_t held = c->pending_end - c->pending_at;
  ssize_t sent = send(c->fd, c->pending + c->pending_at, held, MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN) doom(c);
    return;
  }
  c->pending_at += (size_t)sent;
  if (c->pending_at < c->pending_end) return;
  c->pending_at = c->pending_end = 0;
  want_writable(c, 0);
  review(c);
}

/* One send of several parts, in order; what the kernel refuses is kept. */
static void send_parts(struct connection *c, struct iovec *parts, int count) {
  ssize_t sent = 0;
  if (c->pending_end == c->pending_at) {
    if (count == 1) {
      sent = send(c->fd, parts[0].iov_base, parts[0].iov_len, MSG_NOSIGNAL);
    } else {
      struct msghdr message = {.msg_iov = parts, .msg_iovlen = (size_t)count};
      sent = sendmsg(c->fd, &message, MSG_NOSIGNAL);
    }
    if (sent < 0) {
      if (errno != EAGAIN) {
        doom(c);
        return;
      }
      sent = 0;
    }
  }
  size_t skip = (size_t)sent;
  for (int i = 0; i < count && !c->doomed; i++) {
    if (skip >= parts[i].iov_len) {
      skip -= parts[i].iov_len;
      continue;
    }
    keep_pending(c, (unsigned char *)parts[i].iov_base + skip, parts[i].iov_len - skip);
    skip = 0;
  }
}

/* Everything but the connection's own pieces, which are linked from the last to the first. */
static void send_gaps(struct connection *c) {
  static struct iovec parts[BATCH_PIECES + 1];
  int first = BATCH_PIECES + 1;
  size_t end = batch_bytes;
  for (int i = c->last_piece; i >= 0; i = pieces[i].previous) {
    if (pieces[i].end < end)
      parts[--first] = (struct iovec){.iov_base = batch + pieces[i].end, .iov_len = end - pieces[i].end};
    end = pieces[i].start;
  }
  if (end > 0) parts[--first] = (struct iovec){.iov_base = batch, .iov_len = end};
  if (first <= BATCH_PIECES) send_parts(c, parts + first, BATCH_PIECES + 1 - first);
}

static void flush_batch(void) {
  if (batch_bytes == 0) return;
  /* Backwards: a member that is doomed on the way is replaced by one that has had its turn. */
  for (int i = member_count - 1; i >= 0; i--) {
    ssize_t sent = 0;
    if (whole_fds[i] >= 0) {
      sent = send(whole_fds[i], batch, batch_bytes, MSG_NOSIGNAL);
      if (sent == (ssize_t)batch_bytes) continue;
    }
    struct connection *c = members[i];
    if (sent > 0) {
      keep_pending(c, batch + sent, batch_bytes - (size_t)sent);
    } else if (c->last_piece >= 0) {
      send_gaps(c);
    } else {
      struct iovec whole = {.iov_base = batch, .iov_len = batch_bytes};
      send_parts(c, &whole, 1);
    }
  }
  for (int i = 0; i < speaker_count; i++) {
    speakers[i]->last_piece = -1;
    review(speakers[i]);
  }
  speaker_count = piece_count = 0;
  batch_bytes = 0;
}

static void on_join(struct connection *c, const unsigned char *name, size_t bytes) {
  if (c->member >= 0) return;
  static unsigned char accepted[] = {JOIN, 0, 1, 0};
  struct iovec answer = {.iov_base = accepted, .iov_len = sizeof accepted};
  flush_batch(); /* what was said before is not for the newcomer */
  c->name_bytes = bytes < MAX_NAME_BYTES ? bytes : MAX_NAME_BYTES;
  memcpy(c->name, name, c->name_bytes);
  c->member = member_count;
  members[member_count++] = c;
  review(c);
  send_parts(c, &answer, 1);
}

static void on_message(struct connection *c, const unsigned char *text, size_t bytes) {
  size_t payload = c->name_bytes + 3 + bytes;
  if (c->member < 0 || bytes == 0 || payload > MAX_PAYLOAD_BYTES) return;
  if (batch_bytes + HEADER_BYTES + payload > BATCH_BYTES || piece_count == BATCH_PIECES) flush_batch();
  unsigned char *to = batch + batch_bytes;
  *to++ = MESSAGE;
  *to++ = (unsigned char)(payload >> 8);
  *to++ = (unsigned char)payload;
  *to++ = '[';
  memcpy(to, c->name, c->name_bytes);
  to += c->name_bytes;
  *to++ = ']';
  *to++ = ' ';
  memcpy(to, text, bytes);
  size_t start = batch_bytes;
  batch_bytes += HEADER_BYTES + payload;
  if (c->last_piece >= 0 && pieces[c->last_piece].end == start) {
    pieces[c->last_piece].end = batch_bytes;
    return;
  }
  if (c->last_piece < 0) speakers[speaker_count++] = c;
  pieces[piece_count] = (struct piece){.start = start, .end = batch_bytes, .previous = c->last_piece};
  c->last_piece = piece_count++;
  review(c);
}

/* One read a round; a frame that straddles two is put together at the start of the input buffer. */
static void on_readable(struct connection *c) {
  size_t held = c->begun_bytes;
  if (held > 0) memcpy(input, c->begun, held);
  ssize_t got = recv(c->fd, input + held, READ_BYTES, 0);
  if (got <= 0) {
    if (got == 0 || errno != EAGAIN) doom(c);
    return;
  }
  size_t at = 0, end = held + (size_t)got;
  while (end - at >= HEADER_BYTES && !c->doomed) {
    size_t payload = (size_t)input[at + 1] << 8 | input[at + 2];
    size_t body = at + HEADER_BYTES;
    if (body + payload > end) break;
    if (input[at] == MESSAGE) on_message(c, input + body, payload);
    else if (input[at] == JOIN) on_join(c, input + body, payload);
    else if (input[at] == LEAVE) doom(c);
    at = body + payload;
  }
  c->begun_bytes = end - at;
  if (c->begun_bytes == 0 || c->doomed) return;
  if (c->begun == NULL) c->begun = malloc(HEADER_BYTES + MAX_PAYLOAD_BYTES);
  if (c->begun == NULL) fail("malloc");
  memcpy(c->begun, input + at, c->begun_bytes);
}

static void on_acceptable(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno != EAGAIN && errno != ECONNABORTED) perror("accept");
      return;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct connection *c = calloc(1, sizeof *c);
    if (c == NULL || fd >= MAX_FDS) fail("connection");
    c->fd = fd;
    c->member = c->last_piece = -1;
    connections[fd] = c;
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) fail("epoll_ctl");
  }
}

static int listen_at(const char *host, const char *port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("host");
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) fail("bind");
  if (listen(fd, BACKLOG) < 0) fail("listen");
  return fd;
}

int main(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: relay HOST PORT\n");
    return 2;
  }
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  int listener = listen_at(arguments[1], arguments[2]);
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
  if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event) < 0) fail("epoll_ctl");
  puts("listening");
  fflush(stdout);
  static struct epoll_event events[ROUND_EVENTS];
  for (;;) {
    int ready = epoll_wait(epoll_fd, events, ROUND_EVENTS, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd == listener) {
        on_acceptable(listener);
        continue;
      }
      struct connection *c = connections[events[i].data.fd];
      if (c == NULL || c->doomed) continue;
      if (events[i].events & EPOLLOUT) write_pending(c);
      if (!c->doomed && events[i].events & ~(uint32_t)EPOLLOUT) on_readable(c);
    }
    flush_batch();
    close_doomed();
  }
}
