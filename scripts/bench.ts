// Owns `npm run bench`: which comparisons there are, who takes part, and how the result is printed. Measures nothing.
import { Command } from "commander";
import { compareCodecs } from "./bench/codec.ts";
import { asJson, asText, type Comparison } from "./bench/comparison.ts";
import { compareUnderCuts } from "./bench/link-cut-every-half-second.ts";
import { motekit } from "./bench/motekit.ts";
import { motekitBytes, motekitStrings } from "./bench/motekit-codec.ts";
import { mqttJs } from "./bench/mqtt-js.ts";
import { mqttPacketCodec } from "./bench/mqtt-packet-codec.ts";
import { countScavenges } from "./bench/no-scavenge.ts";
import { compareOfflineQueues } from "./bench/offline-200.ts";
import { compareAliases } from "./bench/topic-aliases.ts";

/** The first contestant of each is the one the others are compared with. */
const comparisons: Readonly<Record<string, () => Promise<Comparison>>> = {
  codec: async () => compareCodecs([motekitBytes(), motekitStrings(), await mqttPacketCodec()]),
  "no-scavenge": countScavenges,
  "topic-aliases": compareAliases,
  "offline-200": async () => compareOfflineQueues([motekit(), await mqttJs({ name: "MQTT.js" })]),
  // Left alone it waits a second before it reconnects, and is spared most of the cuts.
  "link-cut-every-half-second": async () =>
    compareUnderCuts([
      motekit(),
      await mqttJs({ name: "MQTT.js, reconnecting after 50 ms,", reconnectPeriodMs: 50 }),
      await mqttJs({ name: "MQTT.js, as it comes," }),
    ]),
};

const command = new Command("bench")
  .description("compares motekit with its peers, side by side in one run")
  .argument(
    "[names...]",
    `which comparisons: ${Object.keys(comparisons).join(", ")}`,
    Object.keys(comparisons),
  )
  .option("--json", "one JSON document on stdout")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .addHelpText("after", "\nExample:\n  npm run bench -- codec --json")
  .parse();

const { json = false } = command.opts<{ readonly json?: boolean }>();
const names = command.processedArgs[0] as readonly string[];
const unknown = names.filter((name) => !Object.hasOwn(comparisons, name));
if (unknown.length > 0) {
  console.error(
    `no comparison is called ${unknown.join(", ")}; there are: ${Object.keys(comparisons).join(", ")}`,
  );
  process.exit(2);
}

const results: Comparison[] = [];
for (const name of names) {
  if (process.stderr.isTTY) console.error(`running ${name} …`);
  const result = await (comparisons[name] as () => Promise<Comparison>)();
  results.push(result);
  if (!json) console.log(asText(result));
}
if (json) console.log(JSON.stringify({ node: process.version, comparisons: results.map(asJson) }, null, 2));
