// Owns what Node's own TLS sends over loopback: the flights of a handshake, what a record adds, what closing says. Refuses to know
// what the figures are for.

import {
  type AddressInfo,
  connect as connectTcp,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, createServer, type TLSSocket } from "node:tls";

export interface Identity {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Sent {
  readonly from: "device" | "broker";
  readonly bytes: number;
}

export interface MeasuredConnection {
  /** Consecutive bytes in one direction, until nothing more came. */
  readonly handshake: readonly Sent[];
  readonly recordOverheadBytes: number;
  readonly closeNotifyBytes: number;
  /** For the next connection. */
  readonly session: Buffer;
  readonly isResumed: boolean;
}

type Version = "1.2" | "1.3";

/** Long enough for loopback; what the handshake needs is waited for by name before. */
const QUIET_MS = 100;
const SAMPLE_BYTES = 100;

/** A first connection and one with its ticket, with a server of this identity. */
export async function measureVersion(
  version: Version,
  identity: Identity,
): Promise<{ readonly full: MeasuredConnection; readonly resumed: MeasuredConnection }> {
  const server = createServer({
    ...identity,
    minVersion: `TLSv${version}`,
    maxVersion: `TLSv${version}`,
    ciphers: "TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256",
  });
  const port = await listen(server);
  try {
    const full = await measure(port, server, identity.ca);
    const resumed = await measure(port, server, identity.ca, full.session);
    return { full, resumed };
  } finally {
    await closed(server);
  }
}

async function measure(
  port: number,
  server: Server,
  ca: string,
  session?: Buffer,
): Promise<MeasuredConnection> {
  const sent: Sent[] = [];
  const proxy = createTcpServer((near) => countBetween(near, connectTcp({ port, host: "127.0.0.1" }), sent));
  const proxyPort = await listen(proxy);
  try {
    const isAccepted = new Promise<TLSSocket>((resolve) => server.once("secureConnection", resolve));
    const client = connect({
      port: proxyPort,
      host: "127.0.0.1",
      servername: "localhost",
      ca,
      ...(session && { session }),
    });
    let newest: Buffer | undefined = session;
    client.on("session", (given: Buffer) => {
      newest = given;
    });
    await new Promise<void>((resolve, reject) => client.once("secureConnect", resolve).once("error", reject));
    const accepted = await isAccepted;
    accepted.resume();
    await sleep(QUIET_MS);
    const handshake = flightsOf(sent);
    const isResumed = client.isSessionReused();
    const recordOverheadBytes =
      (await sizeOf(sent, () => client.write(Buffer.alloc(SAMPLE_BYTES)))) - SAMPLE_BYTES;
    const closeNotifyBytes = await sizeOf(sent, () => client.end());
    client.destroy();
    accepted.destroy();
    if (newest === undefined) throw new Error("the server gave no ticket");
    return { handshake, recordOverheadBytes, closeNotifyBytes, session: newest, isResumed };
  } finally {
    await closed(proxy);
  }
}

function countBetween(near: Socket, far: Socket, sent: Sent[]): void {
  near.on("data", (bytes: Buffer) => {
    sent.push({ from: "device", bytes: bytes.length });
    far.write(bytes);
  });
  far.on("data", (bytes: Buffer) => {
    sent.push({ from: "broker", bytes: bytes.length });
    near.write(bytes);
  });
  for (const [one, other] of [
    [near, far],
    [far, near],
  ] as const) {
    one.on("error", () => undefined);
    one.on("end", () => other.end());
    one.on("close", () => other.destroy());
  }
}

/** What the device sends because of `act`. */
async function sizeOf(sent: readonly Sent[], act: () => void): Promise<number> {
  const before = sent.length;
  act();
  await sleep(QUIET_MS);
  const since = sent.slice(before).filter(({ from }) => from === "device");
  return since.reduce((sum, { bytes }) => sum + bytes, 0);
}

function flightsOf(sent: readonly Sent[]): readonly Sent[] {
  const flights: Sent[] = [];
  for (const { from, bytes } of sent) {
    const last = flights.at(-1);
    if (last?.from === from) flights[flights.length - 1] = { from, bytes: last.bytes + bytes };
    else flights.push({ from, bytes });
  }
  return flights;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}
