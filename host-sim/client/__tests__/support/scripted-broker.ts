// Owns a broker on loopback that does what a test tells it to, packet by packet, in the version of the client. Knows no client.
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { generate, type Packet, parser } from "mqtt-packet";
import { PATIENCE_MS } from "../../../__tests__/support/patience.ts";

export interface Peer {
  /** Which connection this is, from 0. */
  readonly connection: number;
  send(packet: Packet): void;
  sendBytes(bytes: Uint8Array): void;
  /** Called with the length of every run of bytes that comes from now on. */
  onChunk(listener: (bytes: number) => void): void;
  /** FIN. */
  end(): void;
  /** RST. */
  reset(): void;
}

/** Answers a packet in its own way; true takes the usual answer away. */
export type Script = (packet: Packet, peer: Peer) => boolean;

export interface ScriptedBroker {
  readonly port: number;
  readonly url: string;
  /** Every packet of every connection, in the order they came. */
  readonly packets: readonly Packet[];
  readonly peers: readonly Peer[];
  of<Cmd extends Packet["cmd"]>(cmd: Cmd): readonly Extract<Packet, { cmd: Cmd }>[];
  /** Waits for the packet that makes it so many of its kind. */
  seen(cmd: Packet["cmd"], count?: number): Promise<void>;
  close(): Promise<void>;
}

export async function startScriptedBroker(script: Script = () => false): Promise<ScriptedBroker> {
  const packets: Packet[] = [];
  const peers: Peer[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const spoken = { protocolVersion: 4 };
    const peer = peerOf(socket, peers.length, spoken);
    peers.push(peer);
    const reader = parser();
    reader.on("packet", (packet: Packet) => {
      packets.push(packet);
      if (packet.cmd === "connect") spoken.protocolVersion = packet.protocolVersion ?? 4;
      if (!script(packet, peer)) answer(packet, peer);
    });
    reader.on("error", () => socket.destroy());
    socket.on("data", (bytes) => reader.parse(bytes));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `mqtt://127.0.0.1:${port}`,
    packets,
    peers,
    of: (cmd) => packets.filter((packet) => packet.cmd === cmd) as never,
    async seen(cmd, count = 1) {
      const deadline = performance.now() + PATIENCE_MS;
      while (packets.filter((packet) => packet.cmd === cmd).length < count) {
        if (performance.now() > deadline) {
          throw new Error(`no ${count} ${cmd} came, but ${packets.map((packet) => packet.cmd).join(", ")}`);
        }
        await sleep(2);
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function peerOf(socket: Socket, connection: number, spoken: { readonly protocolVersion: number }): Peer {
  return {
    connection,
    send: (packet) => void socket.write(generate(packet, spoken)),
    sendBytes: (bytes) => void socket.write(bytes),
    onChunk: (listener) => void socket.on("data", ({ length }) => listener(length)),
    end: () => void socket.end(),
    reset: () => void socket.resetAndDestroy(),
  };
}

/** What a broker without any memory answers. */
function answer(packet: Packet, peer: Peer): void {
  const { messageId } = packet;
  if (packet.cmd === "connect")
    peer.send({ cmd: "connack", returnCode: 0, reasonCode: 0, sessionPresent: false });
  else if (packet.cmd === "publish" && packet.qos === 1) peer.send({ cmd: "puback", messageId });
  else if (packet.cmd === "publish" && packet.qos === 2) peer.send({ cmd: "pubrec", messageId });
  else if (packet.cmd === "pubrel") peer.send({ cmd: "pubcomp", messageId });
  else if (packet.cmd === "subscribe") {
    peer.send({ cmd: "suback", messageId, granted: packet.subscriptions.map(({ qos }) => qos) });
  } else if (packet.cmd === "unsubscribe") {
    peer.send({ cmd: "unsuback", messageId, granted: packet.unsubscriptions.map(() => 0) });
  }
  if (packet.cmd === "pingreq") peer.send({ cmd: "pingresp" });
  else if (packet.cmd === "disconnect") peer.end();
}
