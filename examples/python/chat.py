#!/usr/bin/env python3
"""A chat client: python3 chat.py HOST PORT NAME. Type lines to talk, @exit to leave."""

import os
import socket
import struct
import sys
import threading

JOIN, LEAVE, MESSAGE, LIST, DIRECT, ERROR = range(6)
ACCEPTED, TAKEN = b"\x00", b"\x01"  # what JOIN is answered with; 2 is not a valid name
MAX_PAYLOAD = 65535
HEADER = struct.Struct(">BH")  # one byte command, two bytes length, big-endian


def send(sock, command, text=""):
    payload = text.encode("ascii", "replace")  # the protocol is ASCII: "é" goes out as "?"
    if len(payload) > MAX_PAYLOAD:
        print("too long, not sent", file=sys.stderr)
        return
    sock.sendall(HEADER.pack(command, len(payload)) + payload)


def receive(stream):
    """The next frame as (command, payload), or None at the end.

    TCP is a stream of bytes: a frame may come in pieces, or several at once. stream.read(n) waits until all
    n bytes are here, which sock.recv(n) does not.
    """
    header = stream.read(HEADER.size)
    if len(header) < HEADER.size:
        return None
    command, length = HEADER.unpack(header)
    payload = stream.read(length)
    return (command, payload) if len(payload) == length else None


def show(command, payload):
    # Never print control characters from the network: a terminal would obey them.
    text = "".join(c if c.isprintable() else "?" for c in payload.decode("ascii", "replace"))
    if command == ERROR:
        text = "Error: " + text
    elif command == DIRECT:
        text = "(direct) " + text
    print(text, flush=True)


def join(sock, stream, name):
    """Asks for the name. The answer is one byte; the connection stays whatever it says."""
    send(sock, JOIN, name)
    while (frame := receive(stream)) is not None:
        if frame[0] == JOIN:
            return frame[1]
        show(*frame)  # the relay greets before it answers
    sys.exit("the relay closed the connection")


def print_incoming(stream, leaving):
    try:
        while (frame := receive(stream)) is not None:
            if frame[0] != LIST:  # we never asked for one
                show(*frame)
    except OSError:
        pass  # the connection broke, which is an end as well
    if not leaving.is_set():
        print("the connection was lost", file=sys.stderr, flush=True)
        os._exit(1)  # the main thread is waiting for a line and cannot be told


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    host, port, name = sys.argv[1:]
    sock = socket.create_connection((host, int(port)))
    stream = sock.makefile("rb")
    while (answer := join(sock, stream, name)) != ACCEPTED:
        why = f"the name {name!r} is {'taken' if answer == TAKEN else 'not valid'}"
        if not sys.stdin.isatty():
            sys.exit(why)  # lines that are piped in are to be said: none of them is a name
        print(f"{why}, type another one:", file=sys.stderr, flush=True)
        name = sys.stdin.readline().strip() or sys.exit(1)

    leaving = threading.Event()
    reader = threading.Thread(target=print_incoming, args=(stream, leaving), daemon=True)
    reader.start()
    try:
        for line in sys.stdin:
            text = line.rstrip("\r\n")
            if text == "@exit":
                break
            send(sock, MESSAGE, text)
    except KeyboardInterrupt:
        pass
    leaving.set()
    send(sock, LEAVE)
    reader.join(5)  # the relay closes the connection; until then lines may come


if __name__ == "__main__":
    main()
