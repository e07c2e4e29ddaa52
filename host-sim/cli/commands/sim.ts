// `sim`: simulated devices on a bad link, in simulated or in real time. Prints the report; what happens in a run, it does not know.
import type { Context, ParsedCommand } from "../command.ts";
import { EXIT } from "../failure.ts";
import { createOutput, type Output } from "../output.ts";
import { defineSim, type SimOptions } from "../sim/options.ts";
import type { Simulated } from "../sim/realtime.ts";
import { simulateInVirtualTime } from "../sim/simulated.ts";
import { summaryOf } from "../sim/summary.ts";

export const sim: ParsedCommand = {
  kind: "parsed",
  description:
    "Runs simulated sensors, with the very code that a board runs, over a link that drops:\n" +
    "in simulated time, where a day takes a moment and a seed brings everything again, or in\n" +
    "real time. At the end sampling stops, the queue drains, the devices say goodbye, and every\n" +
    "reading is accounted for.\n" +
    "Exits 1 when a promise was broken, 3 when the broker was never reached.",
  examples: [
    "npx motekit sim --link starlink-obstructed --for 30d --every 5m --seed 42",
    "npx motekit sim --link gprs --for 24h --faults link,power --qos 2",
    "npx motekit sim --realtime --link wifi-home,outage=8s@25s --every 2s --for 60s",
    "npx motekit sim --realtime --for 20s --every 1s --faults cut@5s,blackhole=6s@9s --json",
  ],
  define: defineSim,
  async run(context, given) {
    const options = given as SimOptions;
    const output = createOutput(context, { json: options.json === true });
    const { report, devices } =
      options.realtime === true
        ? await inRealTime(context, options, output)
        : await simulateInVirtualTime(context, options);
    output.say(summaryOf(report, devices));
    if (options.json === true) output.json(report);
    return report.violations.length > 0 ? EXIT.broken : EXIT.done;
  },
};

/** Loaded when it is asked for: all that it needs takes a tenth of a second. */
async function inRealTime(context: Context, options: SimOptions, output: Output): Promise<Simulated> {
  const { simulateInRealTime } = await import("../sim/realtime.ts");
  return simulateInRealTime(context, options, output);
}
