// `sub`: subscribes and prints what arrives, until it has seen enough. Options and meanings are mosquitto_sub's.
import { after, type Timer } from "../../time/clock.ts";
import type { Context, RawCommand } from "../command.ts";
import { brokenFailure, EXIT } from "../failure.ts";
import type { Client, Connect } from "../mosquitto/client.ts";
import { endFailed, endWell, open, quietly } from "../mosquitto/open.ts";
import type { SubOptions } from "../mosquitto/options.ts";
import { parseSub } from "../mosquitto/parse.ts";
import { asksForHelp } from "../mosquitto/read-argv.ts";
import { judge, printed } from "../mosquitto/received.ts";
import { optionHelp } from "../mosquitto/table.ts";
import { createOutput, type Output } from "../output.ts";

const RECONNECT_MS = 1000;
const REFUSED = 0x80;

export function subWith(connect: Connect): RawCommand {
  return {
    kind: "raw",
    description:
      "Subscribes to topics and prints what arrives, with the options of mosquitto_sub, and --json.",
    examples: ["npx motekit sub -t 'home/#' -v", "npx motekit sub -t home/lamp -C 1 -W 10 --json"],
    optionHelp: () => optionHelp("sub"),
    wantsHelp: (argv) => asksForHelp("sub", argv),
    run(context, argv) {
      const options = parseSub(argv, process.pid);
      return quietly(options.quiet, () => sub(context, connect, options));
    },
  };
}

async function sub(context: Context, connect: Connect, options: SubOptions): Promise<number> {
  const output = createOutput(context, { json: options.json });
  // What an earlier `sub -c` left with the broker is delivered, unless this one publishes, to clear retained messages.
  const receiveOnly = !options.clean && !options.removeRetained;
  const receiver: Connect = (url, settings) => connect(url, { ...settings, receiveOnly });
  const { client, connected } = open(context, output, receiver, options, RECONNECT_MS);
  // Listening before the broker answers: a session that is resumed delivers at once.
  const enough = receive(context, output, client, options);
  const limit = timeLimit(context, options);
  try {
    await connected;
    limit.start();
    await Promise.race([enough, limit.ranOut, subscribed(output, client, options)]);
  } catch (error) {
    await endFailed(client, error);
    throw error;
  } finally {
    limit.cancel();
  }
  await endWell(client, options);
  return EXIT.done;
}

/** Resolves when the last message that was wanted is printed, and what had to be cleared is cleared. */
function receive(context: Context, output: Output, client: Client, options: SubOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const clearing: Promise<unknown>[] = [];
    let left = options.messageCount ?? Number.POSITIVE_INFINITY;
    const end = (): void => {
      left = 0;
      Promise.all(clearing).then(() => resolve(), reject);
    };
    client.on("message", (topic, payload, packet) => {
      if (left === 0) return;
      const verdict = judge(options, topic, packet.retain);
      if (verdict.kind === "end") return end();
      if (verdict.clear) clearing.push(client.publish(topic, "", { qos: 1, retain: true }));
      if (!verdict.print) return;
      output.bytes(printed(options, { topic, payload, packet }, context.date()));
      left -= 1;
      if (left === 0) end();
    });
  });
}

/** Stays pending but for `-E`, which ends when the broker has answered. */
async function subscribed(output: Output, client: Client, options: SubOptions): Promise<void> {
  const { topicFilters, unsubscribe, qos, retainAsPublished } = options;
  const { subscribe: ofSubscribe, unsubscribe: ofUnsubscribe } = options.properties;
  if (topicFilters.length > 0) {
    const grants = await client.subscribe(topicFilters, {
      qos,
      ...(retainAsPublished && { rap: true }),
      ...(ofSubscribe !== undefined && { properties: ofSubscribe }),
    });
    const refused = grants.filter((grant) => grant.qos >= REFUSED);
    if (refused.length === grants.length) throw brokenFailure("the broker refused every subscription");
    if (!options.quiet) for (const { topic } of refused) output.note(`motekit: the broker refused ${topic}`);
  }
  if (unsubscribe.length > 0) {
    if (ofUnsubscribe === undefined) await client.unsubscribe(unsubscribe);
    else await client.unsubscribe(unsubscribe, { properties: ofUnsubscribe });
  }
  if (!options.exitWhenSubscribed) await new Promise<never>(() => {});
}

interface TimeLimit {
  /** Fails when the time is over. */
  readonly ranOut: Promise<never>;
  start(): void;
  cancel(): void;
}

/** -W counts from the connection on: a broker that does not answer is another failure. */
function timeLimit({ clock }: Context, { timeoutSeconds }: SubOptions): TimeLimit {
  let timer: Timer | undefined;
  let fail: (why: Error) => void = () => {};
  const ranOut = new Promise<never>((_, reject) => {
    fail = reject;
  });
  return {
    ranOut,
    start() {
      if (timeoutSeconds === undefined) return;
      const why = brokenFailure(`timed out after ${timeoutSeconds} s`);
      timer = after(clock, timeoutSeconds * 1000, () => fail(why));
    },
    cancel: () => timer?.cancel(),
  };
}
