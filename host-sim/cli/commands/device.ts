// `device --stdio`: the client as a line console. Reads lines and prints lines; what they mean is the console's.
import { Core, loadModule } from "../../device/core.ts";
import { createRandom, drawSeed } from "../../random/random.ts";
import type { ParsedCommand } from "../command.ts";
import { asLine } from "../device-console/answers.ts";
import { DeviceConsole } from "../device-console/console.ts";
import { EXIT, usageFailure } from "../failure.ts";
import { withImage } from "../image.ts";
import { linesOf } from "../mosquitto/lines.ts";
import { createOutput } from "../output.ts";

export const device: ParsedCommand = {
  kind: "parsed",
  description:
    "The client as a line console, for test suites and scripts: one JSON object a line, each way.\n" +
    "Requests (op): connect, publish, subscribe, unsubscribe, auth, disconnect, cut, state.\n" +
    "Events (ev): connected, message, published, rejected, subscribed, unsubscribed, auth, dropped,\n" +
    "refused, closed, state. With version 5 requests and events have properties. A request's tag is repeated by its answers. At the end of input: DISCONNECT, exit 0.",
  examples: ["npx motekit device --stdio", "npx motekit device --stdio < requests.jsonl"],
  define(command) {
    command.option("--stdio", "read requests from stdin, print events on stdout");
  },
  async run(context, options: { readonly stdio?: boolean }) {
    if (options.stdio !== true)
      throw usageFailure("device: how to talk to it was not said", "Accepted: --stdio");
    const output = createOutput(context, { json: true });
    const console = new DeviceConsole({
      core: new Core(withImage(() => loadModule())),
      clock: context.clock,
      random: createRandom(drawSeed()).stream("reconnect"),
      say: (answer, tag) => output.json(asLine(answer, tag)),
    });
    const end = (): Promise<void> => console.end();
    const forget = context.interruption.onGoodbye(end);
    for await (const line of linesOf(context.stdin)) console.handle(line);
    forget();
    await end();
    return EXIT.done;
  },
};
