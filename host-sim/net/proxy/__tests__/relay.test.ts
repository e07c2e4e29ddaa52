// Claims about a relay over a link, in virtual time: every byte in its order, ends and resets passed on, nobody flooded.
import assert from "node:assert/strict";
import type { Buffer } from "node:buffer";
import { describe, it } from "node:test";
import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { dialRecorded, pattern, type Recorded, recorded } from "../../__tests__/recorded-stream.ts";
import { createLink, type Link } from "../../link/link.ts";
import { linkDialer } from "../../link/link-dialer.ts";
import { parseLink } from "../../link/overlay.ts";
import { LINUX } from "../../link/tcp/flavour.ts";
import { type Accept, memoryDialer } from "../../memory-stream.ts";
import type { StreamHandlers } from "../../stream.ts";
import { Relay, type RelayEnd } from "../relay.ts";

interface Relayed {
  readonly client: Recorded;
  readonly upstream: Recorded;
  readonly link: Link;
  readonly relay: Relay;
  readonly ends: readonly RelayEnd[];
  readonly throughMs: readonly number[];
  advanceMs(durationMs: number): void;
}

interface Options {
  readonly seed?: number;
  readonly refuses?: boolean;
  readonly onClient?: Partial<StreamHandlers>;
  readonly onUpstream?: Partial<StreamHandlers>;
}

/** A client and what it wants to reach, with a relay and a link between them. */
function relayed(
  linkText: string,
  { seed = 1, refuses = false, onClient, onUpstream }: Options = {},
): Relayed {
  const clock = new VirtualClock();
  const link = createLink(parseLink(linkText), clock, createRandom(seed));
  let upstream: Recorded | undefined;
  const acceptUpstream: Accept = (stream) => {
    if (refuses) return null;
    let handlers: StreamHandlers | undefined;
    upstream = recorded((given) => {
      handlers = given;
      return stream;
    }, onUpstream);
    return handlers as StreamHandlers;
  };
  const overLink = linkDialer(memoryDialer(clock, acceptUpstream), link, clock, { flavour: LINUX });
  const ends: RelayEnd[] = [];
  const throughMs: number[] = [];
  const relay = new Relay({ onThrough: () => throughMs.push(clock.nowMs), onOver: (end) => ends.push(end) });
  const accept: Accept = (stream) => {
    relay.start(stream, overLink);
    return relay.clientHandlers;
  };
  const client = dialRecorded(memoryDialer(clock, accept), onClient);
  return {
    client,
    get upstream() {
      assert.ok(upstream, "no connection has come over the link");
      return upstream;
    },
    link,
    relay,
    ends,
    throughMs,
    advanceMs: (durationMs) => clock.runUntil(clock.nowMs + durationMs),
  };
}

/** Writes as a socket's user does: a piece at a time, and no further than it is asked to wait. */
class Pump {
  sent = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  pour({ stream }: Recorded): void {
    while (this.sent < this.#bytes.length) {
      const piece = this.#bytes.subarray(this.sent, this.sent + 1000);
      this.sent += piece.length;
      if (!stream.write(piece)) return;
    }
  }
}

const STORMS = ["perfect", "wifi-home,loss=20%", "perfect,delay=300ms,rate=64kbit", "perfect,outage=3s@5s"];

describe("what passes", () => {
  for (const storm of STORMS) {
    it(`over ${storm} is every byte, in its order, both ways`, () => {
      for (let seed = 1; seed <= 5; seed++) {
        const pair = relayed(storm, { seed });
        pair.advanceMs(60_000);
        const { client, upstream, relay } = pair;
        const [up, down] = [pattern(20_000), pattern(30_000, 5)];
        client.stream.write(up);
        upstream.stream.write(down);
        client.stream.end();
        upstream.stream.end();
        pair.advanceMs(3_600_000);
        assert.ok(upstream.bytes.equals(up), `up, seed ${seed}`);
        assert.ok(client.bytes.equals(down), `down, seed ${seed}`);
        assert.deepEqual([client.error, upstream.error, pair.ends], [null, null, [{ by: "both" }]]);
        assert.deepEqual([relay.bytesUp, relay.bytesDown], [up.length, down.length]);
      }
    });
  }

  it("is what the client said before the link had answered, too", () => {
    const pair = relayed("perfect,delay=300ms");
    pair.client.stream.write(pattern(500));
    pair.advanceMs(599);
    assert.deepEqual(pair.throughMs, []);
    pair.advanceMs(1000);
    assert.ok(pair.upstream.bytes.equals(pattern(500)));
    assert.equal(pair.throughMs.length, 1, "one round trip opens the connection");
  });

  it("waits while the link is away, and is delivered when it is back", () => {
    const pair = relayed("perfect,delay=20ms");
    pair.advanceMs(1000);
    pair.link.blackhole(8000);
    pair.client.stream.write(pattern(5000));
    pair.advanceMs(7999);
    assert.equal(pair.upstream.bytes.length, 0);
    pair.advanceMs(30_000);
    assert.ok(pair.upstream.bytes.equals(pattern(5000)));
  });
});

describe("an end", () => {
  it("of the client's side leaves the other side open", () => {
    const pair = relayed("perfect,delay=20ms");
    pair.client.stream.write(pattern(100));
    pair.client.stream.end();
    pair.advanceMs(1000);
    assert.deepEqual(pair.upstream.events, ["open", "data", "end"]);
    pair.upstream.stream.write(pattern(200));
    pair.upstream.stream.end();
    pair.advanceMs(1000);
    assert.ok(pair.client.bytes.equals(pattern(200)));
    assert.deepEqual(
      [pair.client.isClosed, pair.upstream.isClosed, pair.ends],
      [true, true, [{ by: "both" }]],
    );
  });

  it("of the upstream's side leaves the other side open", () => {
    const pair = relayed("perfect,delay=20ms");
    pair.advanceMs(100);
    pair.upstream.stream.end();
    pair.advanceMs(1000);
    assert.deepEqual(pair.client.events, ["open", "end"]);
    pair.client.stream.write(pattern(200));
    pair.advanceMs(1000);
    assert.ok(pair.upstream.bytes.equals(pattern(200)));
    assert.deepEqual(pair.ends, []);
  });
});

describe("a reset", () => {
  it("by the client reaches the upstream over the link", () => {
    const pair = relayed("perfect,delay=300ms");
    pair.advanceMs(2000);
    pair.client.stream.destroy();
    pair.advanceMs(299);
    assert.equal(pair.upstream.isClosed, false, "it has to travel");
    pair.advanceMs(1000);
    assert.equal(pair.upstream.error?.kind, "reset");
    assert.deepEqual(
      pair.ends.map(({ by }) => by),
      ["client"],
    );
  });

  it("by the upstream reaches the client", () => {
    const pair = relayed("perfect,delay=300ms");
    pair.advanceMs(2000);
    pair.upstream.stream.destroy();
    pair.advanceMs(1000);
    assert.equal(pair.client.error?.kind, "reset");
    assert.deepEqual(
      pair.ends.map(({ by }) => by),
      ["upstream"],
    );
  });

  it("by the link is seen at both ends", () => {
    const pair = relayed("perfect,delay=300ms");
    pair.advanceMs(2000);
    pair.link.cut();
    pair.advanceMs(1);
    assert.deepEqual([pair.client.error?.kind, pair.upstream.error?.kind], ["reset", "reset"]);
  });

  it("is what a client gets whose upstream refuses, and the end says why", () => {
    const pair = relayed("perfect,delay=20ms", { refuses: true });
    pair.advanceMs(1000);
    assert.equal(pair.client.error?.kind, "reset");
    const [end] = pair.ends;
    assert.ok(end?.by === "upstream" && end.error.kind === "refused");
    assert.deepEqual(pair.throughMs, []);
  });

  it("ends a connection attempt that the link swallows, after TCP's own patience", () => {
    const pair = relayed("perfect,loss=100%");
    pair.advanceMs(30_000);
    assert.equal(pair.client.isClosed, false);
    pair.advanceMs(600_000);
    assert.equal(pair.client.error?.kind, "reset");
    const [end] = pair.ends;
    assert.ok(end?.by === "upstream" && end.error.kind === "timed-out");
  });

  it("at both sides is the relay's own stop, told once", () => {
    const pair = relayed("perfect,delay=20ms");
    pair.advanceMs(1000);
    pair.relay.stop();
    pair.relay.stop();
    pair.advanceMs(1000);
    assert.deepEqual([pair.client.error?.kind, pair.upstream.error?.kind], ["reset", "reset"]);
    assert.deepEqual(pair.ends, [{ by: "relay" }]);
  });
});

/** The most that may lie between two ends: the buffers of the streams and of the modelled TCP. */
const BUFFERED_BYTES = 200_000;
const MUCH = pattern(1_000_000);

describe("who reads slowly", () => {
  it("at the upstream holds the client back, and gets all of it later", () => {
    const pump = new Pump(MUCH);
    const pair = relayed("perfect,delay=5ms", { onClient: { onDrain: () => pump.pour(pair.client) } });
    pair.advanceMs(100);
    pair.upstream.stream.pause();
    pump.pour(pair.client);
    pair.advanceMs(600_000);
    assert.ok(pump.sent < BUFFERED_BYTES, `${pump.sent} bytes were taken`);
    pair.upstream.stream.resume();
    pair.advanceMs(600_000);
    assert.ok(pair.upstream.bytes.equals(MUCH));
  });

  it("as a client holds the upstream back, and gets all of it later", () => {
    const pump = new Pump(MUCH);
    const pair = relayed("perfect,delay=5ms", { onUpstream: { onDrain: () => pump.pour(pair.upstream) } });
    pair.advanceMs(100);
    pair.client.stream.pause();
    pump.pour(pair.upstream);
    pair.advanceMs(600_000);
    assert.ok(pump.sent < BUFFERED_BYTES, `${pump.sent} bytes were taken`);
    pair.client.stream.resume();
    pair.advanceMs(600_000);
    assert.ok(pair.client.bytes.equals(MUCH));
  });
});
