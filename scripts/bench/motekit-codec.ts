// Owns motekit's client as a codec under test, used in two ways: with bytes in its memory, and with JavaScript strings.
import { readMessage } from "../../host-sim/client/incoming.ts";
import { TopicCache } from "../../host-sim/client/topic-cache.ts";
import { Core, capacityList, loadModule } from "../../host-sim/device/core.ts";
import { ClientLayout, Event } from "../../host-sim/device/layout.generated.ts";
import { packageRoot, packageVersion } from "../../host-sim/package/package-root.ts";
import { type CodecUnderTest, sample } from "./codec.ts";

const texts = 8;

const capacities = capacityList({
  receiveBytes: 16_384,
  outboxBytes: 1024,
  entries: 4,
  window: 4,
  inboundIds: 4,
  texts,
  textBytes: 256,
  filters: 1,
});

const CONNACK = Buffer.of(0x20, 2, 0, 0);

interface Connected {
  readonly core: Core;
  readonly block: number;
}

/** A client that has had its CONNACK; the clock stands still. */
function connectedClient(): Connected {
  const core = new Core(loadModule());
  const block = core.allocate(core.exports.blockBytes(...capacities));
  const { exports, outbox, scratchBytes } = core;
  exports.init(block, ...capacities);
  // as the packets of mqtt-packet beside it
  exports.setVersion(block, 4);
  exports.connect(block, 0);
  while (exports.poll(block, 0) !== Event.None);
  exports.opened(block);
  exports.collect(block, outbox, scratchBytes, 0);
  new Receiver({ core, block }).receive(CONNACK);
  while (exports.poll(block, 0) !== Event.None);
  return { core, block };
}

/** Brings bytes to the client as a port does: one after the other while there is room, then again from the front. */
class Receiver {
  readonly #core: Core;
  readonly #block: number;
  #at = 0;
  #room = 0;

  constructor({ core, block }: Connected) {
    this.#core = core;
    this.#block = block;
  }

  receive(packets: Uint8Array): void {
    const { exports, bytes } = this.#core;
    if (this.#room < packets.length) {
      this.#room = exports.receiveRoom(this.#block);
      this.#at = exports.receiveAddress(this.#block);
    }
    bytes.set(packets, this.#at);
    this.#at += packets.length;
    this.#room -= packets.length;
    exports.received(this.#block, packets.length, 0);
  }
}

export function motekitBytes(): CodecUnderTest {
  const client = connectedClient();
  const receiver = new Receiver(client);
  const { core, block } = client;
  const { exports, inbox, outbox, scratchBytes } = core;
  const topic = exports.prepareTopic(block, inbox, core.put(inbox, sample.topic));
  const length = core.put(inbox, sample.payload);
  const payloadLengthAt = block + ClientLayout.fields.eventPayloadLength.offset;
  let written = core.bytes.subarray(outbox, outbox);
  return {
    name: "motekit, bytes in memory,",
    version: packageVersion(packageRoot()),
    encode() {
      const bytes = exports.publishNow(block, topic, inbox, length, 0, outbox, scratchBytes, 0);
      if (bytes !== written.length) written = core.bytes.subarray(outbox, outbox + bytes);
      return written;
    },
    decode(packets) {
      receiver.receive(packets);
      let bytes = 0;
      while (exports.poll(block, 0) === Event.Message) bytes += core.view.getUint32(payloadLengthAt, true);
      return bytes;
    },
  };
}

export function motekitStrings(): CodecUnderTest {
  const client = connectedClient();
  const receiver = new Receiver(client);
  const { core, block } = client;
  const { exports, inbox, outbox, scratchBytes } = core;
  const topics = new TopicCache(core, block, texts);
  return {
    name: "motekit, strings,",
    version: packageVersion(packageRoot()),
    encode() {
      const topic = topics.handleOf(sample.topic);
      const length = core.put(inbox, sample.payload);
      const bytes = exports.publishNow(block, topic, inbox, length, 0, outbox, scratchBytes, 0);
      return core.bytes.subarray(outbox, outbox + bytes);
    },
    decode(packets) {
      receiver.receive(packets);
      let bytes = 0;
      while (exports.poll(block, 0) === Event.Message) bytes += readMessage(core, block).payload.length;
      return bytes;
    },
  };
}
