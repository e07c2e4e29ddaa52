// The options of `sim` as they are typed. Knows their names, defaults and shapes; not what a run is.
import { type Command, InvalidArgumentError, Option } from "commander";
import { didYouMean } from "../../words/nearest.ts";
import { PROTOCOLS, type Protocol } from "../../words/protocol.ts";
import { countArgument, durationArgument } from "../units.ts";

export interface SimOptions {
  readonly board: string;
  readonly link: string;
  readonly for?: number;
  readonly every: number;
  readonly expiry?: number;
  readonly qos: number;
  readonly protocol: Protocol;
  readonly devices: number;
  readonly seed?: number;
  readonly faults?: string;
  readonly drain: number;
  readonly keepAlive?: number;
  readonly realtime?: true;
  readonly broker: string;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly username?: string;
  readonly passwordFile?: string;
  readonly trace?: string;
  readonly json?: true;
}

/** Blocks of 3 KiB for so many fill a tenth of the 4 GiB that one WebAssembly memory can have. */
const MOST_DEVICES = 100_000;
const DEFAULT_EVERY_MS = 5000;
const DEFAULT_DRAIN_MS = 30_000;

export function defineSim(command: Command): void {
  command
    .option("--realtime", "in real time, against a real broker; else in simulated time")
    .option("--board <name>", "the board whose capacities the devices have", "esp8266")
    .option("--link <name,k=v…>", "the link, such as wifi-home,outage=8s@25s,loss=2%", "wifi-home")
    .option(
      "--for <duration>",
      "how long readings are taken (default: 24h; with --realtime until Ctrl-C)",
      durationArgument,
    )
    .addOption(
      new Option("--every <duration>", "time between readings")
        .argParser(durationArgument)
        .default(DEFAULT_EVERY_MS, "5s"),
    )
    .option(
      "--expiry <duration>",
      "a reading that could not be sent for so long is dropped, and says so when it is sent (default: never)",
      durationArgument,
    )
    .option("--qos <0|1|2>", "quality of service of the readings", countArgument(0, 2), 1)
    .option(
      "--protocol <version>",
      `version of MQTT: ${PROTOCOLS.join(", ")}; from 5 a device falls back to 3.1.1 where the broker refuses it`,
      protocolArgument,
      "5",
    )
    .option("--devices <count>", "how many devices", countArgument(1, MOST_DEVICES), 1)
    .option(
      "--seed <number>",
      "makes chance repeat (default: drawn, and printed)",
      countArgument(0, Number.MAX_SAFE_INTEGER),
    )
    .option(
      "--faults <list>",
      "such as cut@5s,blackhole=6s@9s,power@8s; in simulated time also link, power, broker, peer, all (default: none)",
    )
    .option(
      "--keep-alive <duration>",
      "of the connection (default: 5m; with --realtime 3s)",
      durationArgument,
    )
    .addOption(
      new Option("--drain <duration>", "how long the queue may empty at the end")
        .argParser(durationArgument)
        .default(DEFAULT_DRAIN_MS, "30s"),
    )
    .option("--broker <url>", "embedded, or mqtt://, mqtts://, ws:// or wss://HOST[:PORT]", "embedded")
    .option("--tls-ca <file>", "certificate of the authority that signed the broker's")
    .option("--tls-cert <file>", "certificate of the devices")
    .option("--tls-key <file>", "its private key")
    .option("--username <name>", "user name for the broker")
    .option("--password-file <file>", "file that holds the password")
    .option("--trace <file>", "writes what happened, a line each")
    .option("--json", "print the report as one JSON document");
}

function protocolArgument(text: string): Protocol {
  const protocol = PROTOCOLS.find((known) => known === text);
  if (protocol !== undefined) return protocol;
  throw new InvalidArgumentError(`Accepted: ${PROTOCOLS.join(", ")}${didYouMean(text, PROTOCOLS)}.`);
}
