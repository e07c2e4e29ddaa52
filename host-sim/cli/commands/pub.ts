// `pub`: publishes what it is given, waits for the last ack, and ends. Options and meanings are mosquitto_pub's.

import { after } from "../../time/clock.ts";
import type { Context, RawCommand } from "../command.ts";
import { brokenFailure, EXIT } from "../failure.ts";
import type { Client, Connect } from "../mosquitto/client.ts";
import { linesOf } from "../mosquitto/lines.ts";
import { endFailed, endWell, open, quietly, readOptionFile } from "../mosquitto/open.ts";
import type { PayloadSource, PubOptions } from "../mosquitto/options.ts";
import { parsePub } from "../mosquitto/parse.ts";
import { asksForHelp } from "../mosquitto/read-argv.ts";
import { optionHelp } from "../mosquitto/table.ts";
import { createOutput } from "../output.ts";

// Enough to fill a satellite's round trip with lines, few enough not to outrun a terminal's worth of memory.
const MOST_PENDING = 20;
const RECONNECT_MS = 1000;

type Publish = (payload: Uint8Array | string) => Promise<void>;

export function pubWith(connect: Connect): RawCommand {
  return {
    kind: "raw",
    description: "Publishes to one topic and ends, with the options of mosquitto_pub.",
    examples: [
      "npx motekit pub -t home/lamp -m on -r -q 1",
      "npx motekit pub -h localhost -t home/log -l < README.md",
      "npx motekit pub -t home/lamp -m on -D publish message-expiry-interval 60",
    ],
    optionHelp: () => optionHelp("pub"),
    wantsHelp: (argv) => asksForHelp("pub", argv),
    run(context, argv) {
      const options = parsePub(argv, process.pid);
      return quietly(options.quiet, () => pub(context, connect, options));
    },
  };
}

async function pub(context: Context, connect: Connect, options: PubOptions): Promise<number> {
  const output = createOutput(context, { json: false });
  // Read first, so that a wrong file is found before anything is done.
  const payload = options.payload.from === "file" ? readOptionFile("-f", options.payload.path) : undefined;
  // Lines may come for days: a lost connection is then made anew. One message fails with its connection.
  const reconnectMs = options.payload.from === "lines" ? RECONNECT_MS : 0;
  const { client, connected, lost } = open(context, output, connect, options, reconnectMs);
  try {
    await connected;
    const publish = publisher(context, client, options, lost);
    await Promise.race([publishAll(context, options, publish, payload), lost]);
  } catch (error) {
    await endFailed(client, error);
    throw error;
  }
  await endWell(client, options);
  return EXIT.done;
}

/** A publish that fails because its connection is lost says so. */
function publisher(context: Context, client: Client, options: PubOptions, lost: Promise<never>): Publish {
  const { topic, qos, retain } = options;
  const { publish: properties } = options.properties;
  return async (payload) => {
    try {
      await client.publish(topic, payload, { qos, retain, ...(properties !== undefined && { properties }) });
    } catch (error) {
      await Promise.race([pause(context, 0), lost]);
      throw brokenFailure(`not published to ${topic}: ${(error as Error).message}`);
    }
  };
}

async function publishAll(
  context: Context,
  options: PubOptions,
  publish: Publish,
  file: Uint8Array | undefined,
): Promise<void> {
  if (options.payload.from === "lines") return publishLines(linesOf(context.stdin), publish);
  const payload = file ?? (await payloadOf(context, options.payload));
  for (let count = 1; count <= options.repeat; count++) {
    await publish(payload);
    if (count < options.repeat) await pause(context, options.repeatDelaySeconds * 1000);
  }
}

async function payloadOf(context: Context, source: PayloadSource): Promise<Uint8Array | string> {
  if (source.from === "text") return source.text;
  if (source.from !== "stdin") return "";
  const chunks: Uint8Array[] = [];
  for await (const chunk of context.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function publishLines(lines: AsyncIterable<Uint8Array>, publish: Publish): Promise<void> {
  const pending = new Set<Promise<void>>();
  for await (const line of lines) {
    const published = publish(line).finally(() => pending.delete(published));
    pending.add(published);
    // Awaited below, but perhaps only after it has failed.
    published.catch(() => {});
    if (pending.size >= MOST_PENDING) await Promise.race(pending);
  }
  await Promise.all(pending);
}

function pause(context: Context, delayMs: number): Promise<void> {
  return new Promise((resolve) => void after(context.clock, delayMs, resolve));
}
