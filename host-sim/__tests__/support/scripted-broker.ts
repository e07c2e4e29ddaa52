// Owns a server that answers MQTT packets as a test tells it to, however wrongly. Knows no rule of MQTT beyond framing.
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { type Packet, parser, writeToStream } from "mqtt-packet";

export type Answer = (packet: Packet, socket: Socket) => void;

/** Listens on the port that it answers with until the test ends. */
export async function startScriptedBroker(t: TestContext, answer: Answer): Promise<number> {
  const server = createServer((socket) => {
    const reader = parser({ protocolVersion: 4 });
    reader.on("packet", (packet: Packet) => answer(packet, socket));
    // A reset is how a client may leave; the close that follows it says all that is needed.
    socket.on("error", () => {});
    socket.on("data", (bytes) => reader.parse(bytes));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

export function acceptConnection(socket: Socket): void {
  writeToStream({ cmd: "connack", returnCode: 0, sessionPresent: false }, socket);
}
