// A client connected to the broker that the options name. Knows how connecting fails; not what the connection is for.
import { readFileSync } from "node:fs";
import type { Context } from "../command.ts";
import { EXIT, Failure, missingFailure, usageFailure } from "../failure.ts";
import type { Output } from "../output.ts";
import type { Client, ClientOptions, Connect } from "./client.ts";
import type { ConnectionOptions } from "./options.ts";

export interface Opened {
  readonly client: Client;
  /** Resolves at the first CONNACK that accepts; fails when the first connection ends before it. */
  readonly connected: Promise<void>;
  /** Fails when a connection that is not made anew ends; never resolves. */
  readonly lost: Promise<never>;
}

/** Throws a usage `Failure` for a file that cannot be read. Ends the client when the command is interrupted. */
export function open(
  context: Context,
  output: Output,
  connect: Connect,
  options: ConnectionOptions,
  reconnectPeriod: number,
): Opened {
  const url = urlOf(options);
  const say = options.debug ? output.note : () => {};
  say(`connecting to ${url}`);
  const client = connect(url, clientOptions(options, reconnectPeriod));
  context.interruption.onGoodbye(() => endWell(client, options));
  let reason = "the connection was closed";
  client.on("error", (error) => {
    reason = error.message;
    say(`error: ${error.message}`);
  });
  const connected = new Promise<void>((resolve, reject) => {
    client.on("connect", ({ sessionPresent }) => {
      say(`connected, ${sessionPresent ? "session resumed" : "new session"}`);
      resolve();
    });
    client.on("close", () => reject(unreachable(url, reason)));
  });
  const lost = new Promise<never>((_, reject) => {
    client.on("close", () => {
      say("connection closed");
      if (reconnectPeriod === 0) reject(unreachable(url, reason));
    });
  });
  // Who is not waiting for it any more has ended the client.
  for (const failing of [connected, lost]) failing.catch(() => {});
  return { client, connected, lost };
}

/** Ends a client whose work failed: with a DISCONNECT, wherever there is a connection to send it on. */
export function endFailed(client: Client, error: unknown): Promise<void> {
  const unconnected = error instanceof Failure && error.kind === "missing";
  return client.end(unconnected);
}

/** Ends a client whose work is done, with what DISCONNECT is to say. */
export function endWell(client: Client, { properties }: ConnectionOptions): Promise<void> {
  return properties.disconnect === undefined
    ? client.end()
    : client.end(false, { properties: properties.disconnect });
}

/** `--quiet` silences what goes wrong while running, not what is wrong with the options. */
export async function quietly(quiet: boolean, work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (quiet && error instanceof Failure && error.kind !== "usage") return EXIT[error.kind];
    throw error;
  }
}

/** A file that an option names. Throws a usage `Failure`. */
export function readOptionFile(option: string, path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw usageFailure(
      `${option} ${path} cannot be read: ${(error as Error).message}`,
      "Accepted: a file that can be read",
    );
  }
}

function urlOf({ host, port, tls }: ConnectionOptions): string {
  return `${tls === undefined ? "mqtt" : "mqtts"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function unreachable(url: string, reason: string): Failure {
  return missingFailure(
    `no connection to ${url}: ${reason}`,
    "Start a broker there, or name another with -h and -p",
  );
}

function clientOptions(options: ConnectionOptions, reconnectPeriod: number): ClientOptions {
  const { protocolVersion, clean, keepaliveSeconds, clientId, username, password, will, tls } = options;
  const { connect } = options.properties;
  return {
    protocolVersion,
    clean,
    keepalive: keepaliveSeconds,
    reconnectPeriod,
    ...(connect !== undefined && { properties: connect }),
    ...(clientId !== undefined && { clientId }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(will !== undefined && { will }),
    ...(tls?.ca !== undefined && { ca: readOptionFile("--cafile", tls.ca) }),
    ...(tls?.cert !== undefined && { cert: readOptionFile("--cert", tls.cert) }),
    ...(tls?.key !== undefined && { key: readOptionFile("--key", tls.key) }),
  };
}
