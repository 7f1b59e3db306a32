"""One slow reader in a room of 22 that is flooded, and what the others notice of it. Node cannot set SO_RCVBUF.

    steady_reader.py PORT BYTES_PER_SECOND RECEIVE_BYTES flood|writers SECONDS

Twenty read all that comes; one reads at the rate (0: it has stopped) with the receive buffer (0: the system's); one
says 60 bytes five times a second; and either one says 1,000 bytes as fast as TCP takes them, or twenty together 2 MB/s.
Prints one line of JSON: after how many seconds the slow one was cut off (null: it lived), its and the others' bytes a
second, the longest time that the others heard nothing, how long the talker's slowest message took, and how many
messages were missing or out of order at a healthy reader and at the slow one.
"""

import json
import os
import select
import socket
import struct
import sys
import threading
import time

PORT, RATE, RECEIVE_BYTES = (int(word) for word in sys.argv[1:4])
LOAD, SECONDS = sys.argv[4], float(sys.argv[5])
HEALTHY = 20
WRITERS = 20
WRITER_BYTES_PER_SECOND = 100_000
SETTLE_SECONDS = 2
STEP_SECONDS = 0.02
MESSAGE_BYTES = 1000

begun = time.monotonic()
over = threading.Event()


def fail(problem):
    """Without its flood, the room would say nothing of the reader."""
    if over.is_set():
        return
    sys.stderr.write("%s: %s\n" % (problem.thread.name, problem.exc_value))
    sys.stderr.flush()
    os._exit(1)


threading.excepthook = fail


def frame(command, payload):
    return bytes([command]) + struct.pack(">H", len(payload)) + payload


def join(name, receive_bytes=0):
    one = socket.socket()
    if receive_bytes:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
    one.connect(("127.0.0.1", PORT))
    one.sendall(frame(0, name))
    return one


class Ear:
    """Counts bytes, and checks that each sender's numbers follow each other."""

    def __init__(self):
        self.bytes = 0
        self.wrong = 0
        self.talk = []
        self._rest = b""
        self._next = {}

    def hear(self, data):
        self.bytes += len(data)
        data = self._rest + data
        at = 0
        while len(data) - at >= 3:
            end = at + 3 + (data[at + 1] << 8 | data[at + 2])
            if end > len(data):
                break
            if data[at] == 2 and data[at + 3] == 91:
                self._heard(data[at + 4 : min(end, at + 60)])
            at = end
        self._rest = data[at:]

    def _heard(self, text):
        sender, _, words = text.partition(b"] ")
        if sender == b"talker":
            self.talk.append(time.monotonic() - float(words.split()[0]))
            return
        number = int(words[:10])
        if number != self._next.get(sender, number):
            self.wrong += 1
        self._next[sender] = number + 1


def drain(sockets, ear, gaps):
    watch = select.epoll()
    by_number = {}
    for one in sockets:
        watch.register(one.fileno(), select.EPOLLIN)
        by_number[one.fileno()] = one
    last = time.monotonic()
    while not over.is_set():
        for number, _ in watch.poll(0.2):
            try:
                data = by_number[number].recv(1 << 20, socket.MSG_DONTWAIT)
            except OSError:
                continue
            if ear is None or by_number[number] is not sockets[0]:
                continue
            now = time.monotonic()
            if now - begun > SETTLE_SECONDS:
                gaps.append(now - last)
            last = now
            ear.hear(data)


def read_steadily(one, ear, cut):
    one.settimeout(1)
    while not over.is_set():
        time.sleep(STEP_SECONDS)
        due = int((time.monotonic() - begun) * RATE) - ear.bytes
        try:
            if RATE == 0 and one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                raise ConnectionResetError
            while due > 0:
                data = one.recv(min(due, 65536))
                if not data:
                    raise ConnectionResetError
                ear.hear(data)
                due -= len(data)
        except socket.timeout:
            continue
        except OSError:
            cut.append(time.monotonic() - begun)
            return


def write(name, bytes_per_second):
    one = join(name)
    threading.Thread(target=drain, args=([one], None, None), daemon=True).start()
    number = 0
    start = time.monotonic()
    while not over.is_set():
        message = frame(2, b"%010d" % number + b"x" * (MESSAGE_BYTES - 10))
        one.sendall(message)
        number += 1
        if bytes_per_second:
            early = number * MESSAGE_BYTES / bytes_per_second - (time.monotonic() - start)
            if early > 0:
                time.sleep(early)


healthy = [join(b"h%d" % number) for number in range(HEALTHY)]
slow = join(b"slow", RECEIVE_BYTES)
ear, slow_ear, gaps, cut = Ear(), Ear(), [], []
threads = [(drain, (healthy, ear, gaps)), (read_steadily, (slow, slow_ear, cut))]
if LOAD == "flood":
    threads.append((write, (b"flooder", 0)))
else:
    threads += [(write, (b"w%d" % number, WRITER_BYTES_PER_SECOND)) for number in range(WRITERS)]
for target, arguments in threads:
    threading.Thread(target=target, args=arguments, daemon=True).start()
talker = join(b"talker")
threading.Thread(target=drain, args=([talker], None, None), daemon=True).start()
while time.monotonic() - begun < SECONDS:
    time.sleep(0.2)
    talker.sendall(frame(2, b"%.6f " % time.monotonic() + b"y" * 40))
lasted = time.monotonic() - begun
over.set()
print(
    json.dumps(
        {
            "cutAfterSeconds": cut[0] if cut else None,
            "slowBytesPerSecond": slow_ear.bytes / lasted,
            "roomBytesPerSecond": ear.bytes / lasted,
            "longestGapSeconds": max(gaps, default=lasted),
            "talkerSlowestSeconds": max(ear.talk, default=lasted),
            "wrong": ear.wrong + slow_ear.wrong,
        }
    ),
    flush=True,
)
