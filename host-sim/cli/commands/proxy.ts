// `proxy`: a port behind which a bad link begins, for any client or a real board. Says what happens; what a link does, it does
// not know.
import { type LinkProxy, type ProxyEvent, startProxy } from "../../net/proxy/proxy.ts";
import { tcpDialer } from "../../net/tcp.ts";
import { createRandom } from "../../random/random.ts";
import { after } from "../../time/clock.ts";
import type { Context, ParsedCommand } from "../command.ts";
import { EXIT, type Failure, missingFailure, usageFailure } from "../failure.ts";
import { seconds } from "../live/words.ts";
import { createOutput, type Output } from "../output.ts";
import { addressInWords } from "../proxy/address.ts";
import { type Plan, type ProxyOptions, planOf } from "../proxy/plan.ts";
import { type Passed, Tally } from "../proxy/tally.ts";
import { eventInWords, summaryInWords } from "../proxy/words.ts";
import { countArgument, durationArgument } from "../units.ts";

export const proxy: ParsedCommand = {
  kind: "parsed",
  description:
    "Listens at a port and passes every connection on to another host over a link that behaves as\n" +
    "its profile says: late, slow, lossy, away for a while. No byte is ever missing or out of order,\n" +
    "as over any TCP; connections stall, or break. Ends with --for or Ctrl-C.\n" +
    "Exits 3 when the port is taken, or when the other host took no connection.",
  examples: [
    "npx motekit proxy --listen 1884 --upstream 127.0.0.1:1883 --link wifi-home,outage=8s@25s",
    "npx motekit proxy --listen 0.0.0.0:1883 --upstream test.mosquitto.org:1883 --link geo-vsat",
  ],
  define(command) {
    command
      .option("--listen <[host:]port>", "where clients connect; without a host from this machine alone")
      .option("--upstream <host:port>", "where their connections go")
      .option("--link <name,k=v…>", "the link, such as wifi-home,outage=8s@25s,loss=2%", "wifi-home")
      .option("--board <name>", "the board whose TCP the clients' end of the link has", "linux")
      .option(
        "--seed <number>",
        "makes chance repeat (default: drawn, and printed)",
        countArgument(0, Number.MAX_SAFE_INTEGER),
      )
      .option("--for <duration>", "how long (default: until Ctrl-C)", durationArgument)
      .option("--json", "print what passed as one JSON document at the end");
  },
  async run(context, given) {
    const options = given as ProxyOptions;
    const plan = planOf(options, context.root);
    const output = createOutput(context, { json: options.json === true });
    const ending = endingOf(context, plan.forMs);
    try {
      return await runProxy(plan, context, output, ending.wanted);
    } finally {
      ending.reached();
    }
  },
};

async function runProxy(
  plan: Plan,
  context: Context,
  output: Output,
  wanted: Promise<void>,
): Promise<number> {
  const { clock } = context;
  const startMs = clock.nowMs;
  const tally = new Tally();
  const proxy = await started(plan, context, (event) => {
    tally.see(event);
    const words = eventInWords(event);
    if (words !== null) output.note(`${seconds(clock.nowMs - startMs).padStart(10)}  ${words}`);
  });
  const where = { listen: addressInWords(proxy.address), upstream: addressInWords(plan.upstream) };
  const { profile, seed } = plan;
  output.note(
    `Listening at ${where.listen}. Between it and ${where.upstream} lies ${profile.name}, seed ${seed}.`,
  );
  await wanted;
  await proxy.close();
  const durationMs = Math.round(clock.nowMs - startMs);
  const passed: Passed = { seed, link: profile.name, ...where, durationMs, ...tally.sums, ...proxy.meter };
  output.note(summaryInWords(passed));
  if (plan.isForPrograms) output.json(passed);
  if (tally.neverReached !== null) throw neverReached(where.upstream, tally.neverReached);
  return EXIT.done;
}

function started(plan: Plan, { clock }: Context, tell: (event: ProxyEvent) => void): Promise<LinkProxy> {
  const { listenAt, profile, flavour, seed } = plan;
  const upstream = tcpDialer(plan.upstream.host, plan.upstream.port);
  return startProxy({ listenAt, upstream, profile, flavour }, clock, createRandom(seed), tell).catch(
    (error: NodeJS.ErrnoException) => {
      throw cannotListen(addressInWords(listenAt), error);
    },
  );
}

interface Ending {
  /** Resolves when the time is over, or Ctrl-C was pressed. */
  readonly wanted: Promise<void>;
  /** To be called when all is said: an interrupted process waits for it. */
  reached(): void;
}

function endingOf({ clock, interruption }: Context, forMs: number | null): Ending {
  let reached: () => void = () => undefined;
  const isReached = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const wanted = new Promise<void>((resolve) => {
    const timer = forMs === null ? null : after(clock, forMs, resolve);
    interruption.onGoodbye(() => {
      timer?.cancel();
      resolve();
      return isReached;
    });
  });
  return { wanted, reached: () => reached() };
}

function cannotListen(address: string, error: NodeJS.ErrnoException): Failure {
  switch (error.code) {
    case "EADDRINUSE":
      return missingFailure(
        `${address} is taken: another program listens there`,
        "Choose another port, or 0 for one that is free: --listen 0",
      );
    case "EACCES":
      return missingFailure(
        `this user may not listen at ${address}`,
        "Choose a port above 1023, such as --listen 1884",
      );
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return usageFailure(
        `--listen ${address}: no network of this machine has that address`,
        "Accepted: 127.0.0.1 for this machine alone, 0.0.0.0 for every network, or an address of its own",
      );
    default:
      return missingFailure(
        `nobody can listen at ${address}: ${error.message}`,
        "Choose another address or port",
      );
  }
}

function neverReached(upstream: string, why: string): Failure {
  return missingFailure(
    `${upstream} took no connection: ${why}`,
    "Start what shall listen there, or name another with --upstream",
  );
}
