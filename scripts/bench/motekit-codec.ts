// Owns motekit's client as a codec under test, used in two ways: with bytes in its memory, and with JavaScript strings.
import { readMessage } from "../../host-sim/client/incoming.ts";
import { clientField } from "../../host-sim/device/block.ts";
import { Core, capacityList, loadModule } from "../../host-sim/device/core.ts";
import { Event } from "../../host-sim/device/layout.generated.ts";
import { packageRoot, packageVersion } from "../../host-sim/package/package-root.ts";
import { type CodecUnderTest, sample } from "./codec.ts";

const capacities = capacityList({
  receiveBytes: 1024,
  outboxBytes: 1024,
  entries: 4,
  window: 4,
  inboundIds: 4,
  texts: 4,
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
  exports.connect(block, 0);
  while (exports.poll(block, 0) !== Event.None);
  exports.opened(block);
  exports.collect(block, outbox, scratchBytes, 0);
  receive(core, block, CONNACK);
  while (exports.poll(block, 0) !== Event.None);
  return { core, block };
}

function receive(core: Core, block: number, packet: Uint8Array): number {
  const { exports } = core;
  exports.receiveRoom(block);
  core.bytes.set(packet, exports.receiveAddress(block));
  exports.received(block, packet.length, 0);
  return exports.poll(block, 0);
}

export function motekitBytes(): CodecUnderTest {
  const { core, block } = connectedClient();
  const { exports, inbox, outbox, scratchBytes } = core;
  const topic = exports.prepareTopic(block, inbox, core.put(inbox, sample.topic));
  const length = core.put(inbox, sample.payload);
  let written = core.bytes.subarray(outbox, outbox);
  return {
    name: "motekit, bytes in memory,",
    version: packageVersion(packageRoot()),
    encode() {
      const bytes = exports.publishNow(block, topic, inbox, length, 0, outbox, scratchBytes, 0);
      if (bytes !== written.length) written = core.bytes.subarray(outbox, outbox + bytes);
      return written;
    },
    decode(packet) {
      receive(core, block, packet);
      return clientField(core, block, "eventPayloadLength");
    },
  };
}

export function motekitStrings(): CodecUnderTest {
  const { core, block } = connectedClient();
  const { exports, inbox, outbox, scratchBytes } = core;
  return {
    name: "motekit, strings,",
    version: packageVersion(packageRoot()),
    encode() {
      const topicLength = core.put(inbox, sample.topic);
      const length = core.put(inbox + topicLength, sample.payload);
      exports.publishTo(block, inbox, topicLength, inbox + topicLength, length, 0);
      const bytes = exports.collect(block, outbox, scratchBytes, 0);
      exports.poll(block, 0);
      return core.bytes.subarray(outbox, outbox + bytes);
    },
    decode(packet) {
      receive(core, block, packet);
      return readMessage(core, block).payload.length;
    },
  };
}
