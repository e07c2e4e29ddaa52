// Owns the count of bytes a message takes on the way to a broker, with topic aliases and without. Knows nothing of time.
import type { AddressInfo } from "node:net";
import { createServer, type Socket } from "node:net";
import { connectAsync } from "mqtt";
import { generate, parser } from "mqtt-packet";
import { Core, capacityList, loadModule } from "../../host-sim/device/core.ts";
import { Event } from "../../host-sim/device/layout.generated.ts";
import { packageRoot, packageVersion } from "../../host-sim/package/package-root.ts";
import type { Comparison, Figure, Row } from "./comparison.ts";
import { installedVersion } from "./installed-version.ts";

const TOPIC = "site/north/mast-07/sensors/1/temperature";
const PAYLOAD = '{"t":21.37,"n":4711}';
const MESSAGES = 1000;
/** What the broker takes where aliases are used. */
const ALIASES = 10;
const QOS = [0, 1] as const;

type Qos = (typeof QOS)[number];

/** Sends `MESSAGES` to a broker that takes so many aliases, and answers the bytes of all its PUBLISHes. */
type Sender = (qos: Qos, topicAliasMaximum: number) => Promise<number>;

export async function compareAliases(): Promise<Comparison> {
  if (TOPIC.length !== 40 || PAYLOAD.length !== 20) throw new Error("the setting says otherwise");
  const motekit = { contestant: "motekit", version: packageVersion(packageRoot()), send: sendWithMotekit };
  const mqttJs = {
    contestant: "MQTT.js, autoAssignTopicAlias,",
    version: await installedVersion("mqtt"),
    send: sendWithMqttJs,
  };
  return {
    name: "topic-aliases",
    setting: `bytes a message, ${MESSAGES} of 20 bytes to one topic of 40, MQTT 5, a broker that takes ${ALIASES} aliases or none`,
    rows: await Promise.all([motekit, mqttJs].map(measured)),
  };
}

interface Contestant {
  readonly contestant: string;
  readonly version: string;
  readonly send: Sender;
}

async function measured({ contestant, version, send }: Contestant): Promise<Row> {
  const figures: Figure[] = [];
  for (const qos of QOS) {
    for (const aliases of [ALIASES, 0]) {
      const bytes = await send(qos, aliases);
      const label = `QoS ${qos}, ${aliases > 0 ? "with" : "without"}`;
      figures.push({ label, value: bytes / MESSAGES, digits: 2 });
    }
  }
  return { contestant, version, figures };
}

function connack(topicAliasMaximum: number): Buffer {
  const properties = topicAliasMaximum > 0 ? { topicAliasMaximum } : {};
  return generate(
    { cmd: "connack", sessionPresent: false, reasonCode: 0, properties },
    { protocolVersion: 5 },
  );
}

const CAPACITIES = capacityList({
  receiveBytes: 256,
  outboxBytes: 1024,
  entries: 4,
  window: 4,
  inboundIds: 1,
  texts: 4,
  textBytes: 128,
  filters: 0,
});

/** The client alone, of which every byte that it gives is counted. */
const sendWithMotekit: Sender = async (qos, topicAliasMaximum) => {
  const core = new Core(loadModule());
  const { exports, inbox, outbox, scratchBytes } = core;
  const block = core.allocate(exports.blockBytes(...CAPACITIES));
  const collected = () => exports.collect(block, outbox, scratchBytes, 0);
  const receive = (bytes: Uint8Array) => {
    exports.receiveRoom(block);
    core.bytes.set(bytes, exports.receiveAddress(block));
    exports.received(block, bytes.length, 0);
    while (exports.poll(block, 0) !== Event.None);
  };
  exports.init(block, ...CAPACITIES);
  exports.setVersion(block, 5);
  exports.setClientId(block, exports.prepareString(block, inbox, core.put(inbox, "bench")));
  exports.connect(block, 0);
  while (exports.poll(block, 0) !== Event.None);
  exports.opened(block);
  collected();
  receive(connack(topicAliasMaximum));
  const topic = exports.prepareTopic(block, inbox, core.put(inbox, TOPIC));
  const length = core.put(inbox, PAYLOAD);
  let bytes = 0;
  for (let id = 1; id <= MESSAGES; id++) {
    if (exports.publish(block, topic, inbox, length, qos) <= 0) throw new Error("refused");
    bytes += collected();
    if (qos === 1) receive(Buffer.of(0x40, 2, id >> 8, id & 255));
    else while (exports.poll(block, 0) !== Event.None);
  }
  return bytes;
};

/** A broker's socket that answers what a publisher waits for, and tells the length of each PUBLISH. */
function answer(socket: Socket, topicAliasMaximum: number, onPublish: (bytes: number) => void): void {
  const reader = parser({ protocolVersion: 5 });
  reader.on("packet", (packet) => {
    if (packet.cmd === "connect") socket.write(connack(topicAliasMaximum));
    if (packet.cmd !== "publish") return;
    const remaining = packet.length ?? 0;
    onPublish((remaining < 128 ? 2 : 3) + remaining);
    const { qos, messageId } = packet;
    if (qos === 1 && messageId !== undefined)
      socket.write(generate({ cmd: "puback", messageId }, { protocolVersion: 5 }));
  });
  socket.on("data", (bytes) => reader.parse(bytes));
  socket.on("error", () => {});
}

const sendWithMqttJs: Sender = async (qos, topicAliasMaximum) => {
  let bytes = 0;
  let seen = 0;
  let all: () => void = () => {};
  const arrived = new Promise<void>((resolve) => {
    all = resolve;
  });
  const server = createServer((socket) =>
    answer(socket, topicAliasMaximum, (length) => {
      bytes += length;
      seen += 1;
      if (seen === MESSAGES) all();
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const client = await connectAsync({
    host: "127.0.0.1",
    port,
    protocolVersion: 5,
    clientId: "bench",
    autoAssignTopicAlias: true,
  });
  try {
    for (let i = 0; i < MESSAGES; i++) await client.publishAsync(TOPIC, PAYLOAD, { qos });
    await arrived;
  } finally {
    await client.endAsync(true);
    server.close();
  }
  return bytes;
};
