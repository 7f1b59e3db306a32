"""Many who ask without end, beside a room of thousands and two who send each other messages.

    questions.py PORTS KIND ASKERS reads|trickles|stops PEOPLE SECONDS

PORTS are those of framed, chatroom, json-irc, chatmaster and sendto, with commas. Each asker writes 1,024 requests of the
kind at once, again and again as TCP takes them, and reads the answers, or 70 KB/s of them, or nothing. Of the kind
`list-waves` three more come every quarter of a second. Prints one line of JSON: how many
round trips the two made in the seconds, and the median, the 99th percentile and the slowest of them in milliseconds.
"""

import json
import os
import resource
import select
import socket
import struct
import sys
import threading
import time

FRAMED, CHATROOM, JSON_IRC, CHATMASTER, SENDTO = (int(port) for port in sys.argv[1].split(","))
KIND, ASKERS, READS = sys.argv[2], int(sys.argv[3]), sys.argv[4]
PEOPLE, SECONDS = int(sys.argv[5]), float(sys.argv[6])
NEWCOMERS = 2000
REQUESTS = 1024
SETTLE_SECONDS = 1
WAVE = 3
WAVE_SECONDS = 0.25
TRICKLE_BYTES_PER_SECOND = 70_000
STEP_SECONDS = 0.02

limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
children = []


def connect(port, source="127.0.0.1"):
    one = socket.socket()
    one.bind((source, 0))
    one.connect(("127.0.0.1", port))
    return one


def frame(command, payload=b""):
    return bytes([command]) + struct.pack(">H", len(payload)) + payload


def join(name, source="127.0.0.1"):
    one = connect(FRAMED, source)
    one.sendall(frame(0, name))
    return one


def child(work):
    """Runs `work` in a process of its own, so that it does not wait for this one's threads."""
    number = os.fork()
    if number == 0:
        try:
            work()
        finally:
            os._exit(0)
    children.append(number)


def crowd(prefix, count):
    """So many people in the room, who read all that comes."""
    watch = select.epoll()
    people = {}

    def read(seconds):
        for number, _ in watch.poll(seconds):
            try:
                people[number].recv(1 << 20)
            except OSError:
                pass

    for number in range(count):
        one = join(b"%s%d" % (prefix, number), "127.0.%d.%d" % (number % 2 + 1, number % 60 + 2))
        one.setblocking(False)
        people[one.fileno()] = one
        watch.register(one.fileno(), select.EPOLLIN)
        if number % 100 == 0:
            read(0)

    def drain():
        while os.getppid() != 1:
            read(1)

    child(drain)


def parsed(**fields):
    return json.dumps(fields).encode()


def command(name, **parameters):
    return parsed(type="command", data={"command": name, "parameters": parameters})


def chatroom(number):
    one = connect(CHATROOM)
    one.sendall(b"JOIN asker%d\n" % number)
    return one


def json_irc(number):
    one = connect(JSON_IRC)
    one.sendall(parsed(command="/nick", nickname="asker%d" % number))
    return one


def chatmaster(number):
    one = connect(CHATMASTER)
    one.sendall(command("login", username="asker%d" % number))
    return one


def edited(number):
    """Somebody who has said something."""
    one = chatroom(number)
    fields = {"sender": "asker%d" % number, "header": "@everyone", "timestamp": "now", "message": "Hi"}
    one.sendall(b"SEND " + parsed(**fields) + b"\n")
    heard = b""
    while b'"messageId":"' not in heard or not heard.endswith(b"\n"):
        heard += one.recv(1 << 16)
    message_id = heard.split(b'"messageId":"')[1].split(b'"')[0].decode()
    return one, b"EDIT " + parsed(message_id=message_id, message="Ho") + b"\n"


def asker(number):
    """@returns the connection, and one or more requests"""
    if KIND == "userboard":
        return connect(CHATROOM), b"USERBOARD\n"
    if KIND in ("list-lines", "list-waves"):
        return connect(SENDTO), b"list\n"
    if KIND == "list":
        return join(b"asker%d" % number), frame(3)
    if KIND == "room-members":
        return json_irc(number), parsed(command="/roomMembers", room="general")
    if KIND == "all-members":
        return json_irc(number), parsed(command="/roomMembers", room="")
    if KIND == "list-rooms":
        return json_irc(number), parsed(command="/listRooms")
    if KIND == "channels":
        return chatmaster(number), command("channels")
    if KIND == "status":
        return chatroom(number), b"USERSTATUS OFFLINE\nUSERSTATUS ONLINE\n"
    if KIND == "status-and-board":
        return chatroom(number), b"USERSTATUS OFFLINE\nUSERBOARD\nUSERSTATUS ONLINE\nUSERBOARD\n"
    if KIND == "block":
        return chatroom(number), b"BLOCK left\nUNBLOCK left\n"
    if KIND == "rename":
        return chatmaster(number), b"".join(command("rename", username="%s%d" % (x, number)) for x in "ab")
    if KIND == "join-and-leave":
        room = {"room": "general"}
        return json_irc(number), parsed(command="/join", **room) + parsed(command="/leaveRoom", **room)
    if KIND == "login-and-list":
        return connect(SENDTO), b"login asker%d\nlist\nlogout\n" % number
    if KIND == "edit":
        return edited(number)
    raise SystemExit("no such kind: " + KIND)


KINDS_WITH_NEWCOMERS = ("edit",)


def round_trips(pipe):
    """Two in the room: one sends the other a message, who has it before the next is sent."""
    left, right = join(b"left"), join(b"right")
    heard = b""
    while b"**right is joining" not in heard:
        heard += right.recv(1 << 20)

    def drain():
        while left.recv(1 << 20):
            pass

    threading.Thread(target=drain, daemon=True).start()
    number = 0
    while os.getppid() != 1:
        words = b"number %d." % number
        begun = time.monotonic()
        left.sendall(frame(4, b"right " + words))
        while words not in heard:
            data = right.recv(1 << 20)
            if not data:
                return
            heard += data
        heard = heard[heard.index(words) + len(words) :]
        os.write(pipe, struct.pack("dd", begun, time.monotonic() - begun))
        number += 1
        time.sleep(0.02)


def ask(one, requests):
    def read():
        most = 1 << 20
        if READS == "trickles":
            most = int(TRICKLE_BYTES_PER_SECOND * STEP_SECONDS)
        while True:
            try:
                if not one.recv(most):
                    return
            except OSError:
                return
            if READS == "trickles":
                time.sleep(STEP_SECONDS)

    if READS != "stops":
        threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            one.sendall(requests)
        except OSError:
            return


def begin(one, request):
    repeated = request * max(1, REQUESTS // max(1, request.count(b"\n")))
    threading.Thread(target=ask, args=(one, repeated), daemon=True).start()


def send_waves():
    number = ASKERS
    while True:
        time.sleep(WAVE_SECONDS)
        for _ in range(WAVE):
            begin(*asker(number))
            number += 1


crowd(b"p", PEOPLE)
reading, writing = os.pipe()
child(lambda: round_trips(writing))
os.close(writing)
askers = [asker(number) for number in range(ASKERS)]
if KIND in KINDS_WITH_NEWCOMERS:
    crowd(b"late", NEWCOMERS)
time.sleep(SETTLE_SECONDS)
for one, request in askers:
    begin(one, request)
if KIND == "list-waves":
    threading.Thread(target=send_waves, daemon=True).start()
time.sleep(SETTLE_SECONDS)
begun = time.monotonic()
time.sleep(SECONDS)
end = time.monotonic()
for number in children[1:2]:
    os.kill(number, 9)
samples = b""
while data := os.read(reading, 1 << 16):
    samples += data
took = sorted(t * 1000 for at, t in struct.iter_unpack("dd", samples) if begun <= at + t and at < end)
for number in children:
    try:
        os.kill(number, 9)
    except ProcessLookupError:
        pass
result = {"roundTrips": len(took)}
if took:
    result.update(medianMs=took[len(took) // 2], p99Ms=took[len(took) * 99 // 100], slowestMs=took[-1])
print(json.dumps(result), flush=True)
os._exit(0)
