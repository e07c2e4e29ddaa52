# Owns one measurement of the kernel's own TCP: two network namespaces, a link between them, a workload over it.
# Refuses to know what the figures are compared with.
#
# Node cannot ask the kernel for a TUN device, which takes an ioctl. One JSON document comes in on standard input, see
# cases.ts; one goes out, {"samplesMs": [...], "lateMs": n}: how late the link itself was, which a busy machine makes it.
# The namespaces belong to the processes, and end with them.

import ctypes, fcntl, heapq, json, os, random, select, socket, struct, subprocess, sys, time

CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 0x0001, 0x1000
PORT, ADDRESSES = 1883, ("10.88.0.1", "10.88.0.2")


def main():
    case = json.load(sys.stdin)
    # The device's end first, then the broker's.
    ends = [start_end(side, case) for side in (0, 1)]
    try:
        carry([end["tun"] for end in ends], [end["pipe"] for end in ends], case)
    finally:
        for end in ends:
            os.kill(end["pid"], 9)
            os.waitpid(end["pid"], 0)


def start_end(side, case):
    """A child in a network namespace of its own; its TUN device's descriptor comes back to the parent."""
    parent, child = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            parent.close()
            run_end(side, case, child)
        except BaseException as error:
            print(f"{'client' if side == 0 else 'server'}: {error!r}", file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    child.close()
    _, descriptors, _, _ = socket.recv_fds(parent, 1, 1)
    if not descriptors:
        fail("no TUN device")
    return {"pid": pid, "pipe": parent, "tun": descriptors[0]}


def run_end(side, case, pipe):
    libc = ctypes.CDLL(None, use_errno=True)
    # Whatever ends the parent ends this.
    libc.prctl(PR_SET_PDEATHSIG, 9)
    if libc.unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", b"link", IFF_TUN | IFF_NO_PI))
    ip(f"addr add {ADDRESSES[side]}/24 dev link")
    ip("link set dev link up mtu 1500")
    # The next connection would start with what the last one learnt of the path.
    with open("/proc/sys/net/ipv4/tcp_no_metrics_save", "w") as setting:
        setting.write("1")
    listener = listen() if side == 1 else None
    socket.send_fds(pipe, [b"x"], [tun])
    os.close(tun)
    if pipe.recv(1) == b"":
        return
    began = time.monotonic()
    if side == 1:
        serve(listener, case["work"], began)
    else:
        run = {"echo": echo, "transfer": transfer, "reset": reset}[case["work"]["kind"]]
        samples = run(case["work"], began)
        pipe.sendall(json.dumps(samples).encode() + b"\n")
        pipe.recv(1)


def ip(arguments):
    subprocess.run(["ip", *arguments.split()], check=True)


def new_socket():
    # Distributions differ in their default, and BBR does not answer loss at all.
    s = socket.socket()
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")
    return s


def listen():
    s = new_socket()
    s.bind((ADDRESSES[1], PORT))
    s.listen(8)
    return s


def dial():
    s = new_socket()
    s.connect((ADDRESSES[1], PORT))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return s


def serve(listener, work, began):
    while True:
        s, _ = listener.accept()
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if work["kind"] == "reset":
            wait_until(began, work["resetAtMs"])
            s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            while got := s.recv(65536):
                if work["kind"] == "echo":
                    s.sendall(got)
        s.close()


def wait_until(began, at_ms):
    time.sleep(max(0.0, began + at_ms / 1000 - time.monotonic()))


def echo(work, began):
    """How long each message took to come back, from the moment at which the program wrote it."""
    s = dial()
    size, count = work["bytes"], work["count"]
    wait_until(began, work["startMs"])
    start, sent, done, pending = time.monotonic(), 0, [], b""
    while len(done) < count:
        now = time.monotonic()
        while sent < count and now >= start + sent * work["everyMs"] / 1000:
            s.sendall(bytes(size))
            sent += 1
        due = start + sent * work["everyMs"] / 1000 - time.monotonic() if sent < count else 60
        if not select.select([s], [], [], max(0, due))[0]:
            continue
        pending += s.recv(65536) or fail("the connection ended early")
        while len(pending) >= size:
            pending = pending[size:]
            asked = start + len(done) * work["everyMs"] / 1000
            done.append((time.monotonic() - asked) * 1000)
    return done


def transfer(work, _began):
    """How long a connection lasts that carries so many bytes and is closed by both ends."""
    return [timed(lambda: carry_bytes(work["bytes"])) for _ in range(work["count"])]


def carry_bytes(count):
    s = dial()
    s.sendall(bytes(count))
    s.shutdown(socket.SHUT_WR)
    while s.recv(65536):
        pass
    s.close()


def reset(work, began):
    """When the reset of the other end is noticed, after it was sent, or after this end wrote something."""
    s = dial()
    counts_from = work["resetAtMs"] if work["writeAtMs"] is None else work["writeAtMs"]
    if work["writeAtMs"] is not None:
        wait_until(began, work["writeAtMs"])
        s.sendall(b"x")
    try:
        s.recv(1)
    except ConnectionResetError:
        return [(time.monotonic() - began) * 1000 - counts_from]
    fail("the connection ended without a reset")


def timed(run):
    start = time.monotonic()
    run()
    return (time.monotonic() - start) * 1000


def carry(tuns, pipes, case):
    """The link: lost in the air, then a finite queue before a rate, then the way. As host-sim/net/link has it."""
    link, result = case["link"], pipes[0]
    # Settling the devices sends packets of their own.
    time.sleep(0.3)
    for tun in tuns:
        drain(tun)
    chance = random.Random(case["seed"])
    began = time.monotonic()
    limit = began + case["limitMs"] / 1000
    for pipe in pipes:
        pipe.sendall(b"g")
    departures, due, late, number = [[], []], [], [], 0
    while time.monotonic() < limit:
        now = time.monotonic()
        while due and due[0][0] <= now:
            at, _, towards, packet = heapq.heappop(due)
            late.append((now - at) * 1000)
            if not is_dark(link, (at - began) * 1000):
                os.write(tuns[towards], packet)
        wait = min(due[0][0] - time.monotonic() if due else 0.5, 0.5)
        ready = select.select([*tuns, result], [], [], max(0, wait))[0]
        if result in ready:
            text = b""
            while not text.endswith(b"\n"):
                text += result.recv(1 << 20) or fail("the client ended without a result")
            late.sort()
            print(json.dumps({"samplesMs": json.loads(text), "lateMs": late[len(late) // 2]}))
            return
        for side in (0, 1):
            if tuns[side] not in ready:
                continue
            for packet in packets(tuns[side]):
                now = time.monotonic()
                if is_dark(link, (now - began) * 1000) or chance.random() < link["loss"]:
                    continue
                leaves = depart(departures[side], now, len(packet), link)
                if leaves is not None:
                    number += 1
                    heapq.heappush(due, (leaves + link["oneWayMs"] / 1000, number, 1 - side, packet))
    fail(f"no result within {case['limitMs']} ms")


def fail(why):
    raise SystemExit(why)


def depart(queue, now, size, link):
    """When the packet has left the queue; None when it found the queue full."""
    if link["bitsPerSecond"] is None:
        return now
    while queue and queue[0] <= now:
        queue.pop(0)
    if len(queue) >= link["queuePackets"]:
        return None
    leaves = (queue[-1] if queue else now) + size * 8 / link["bitsPerSecond"]
    queue.append(leaves)
    return leaves


def is_dark(link, at_ms):
    dark = link["dark"]
    return dark is not None and dark["fromMs"] <= at_ms < dark["fromMs"] + dark["forMs"]


def packets(tun):
    while True:
        try:
            packet = os.read(tun, 65535)
        except BlockingIOError:
            return
        # IPv4 alone: the kernel also speaks IPv6 to its neighbours.
        if packet[0] >> 4 == 4:
            yield packet


def drain(tun):
    for _ in packets(tun):
        pass


main()
