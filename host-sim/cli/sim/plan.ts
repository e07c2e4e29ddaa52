// What a run of `sim` will be, from its options, with everything checked before anything is done. Starts nothing.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Credentials } from "../../device/sensor-device.ts";
import { type BrokerUrl, BrokerUrlError, brokerDialer, parseBrokerUrl } from "../../net/broker-url.ts";
import { parseLink } from "../../net/link/overlay.ts";
import { type LinkProfile, ProfileError } from "../../net/link/profile.ts";
import { type TlsSettings, TlsSettingsError } from "../../net/tls.ts";
import { createRandom, drawSeed, type Random } from "../../random/random.ts";
import {
  ACCEPTED_FAULTS,
  describeFault,
  type Fault,
  FaultError,
  faultNames,
  parseFaults,
} from "../../scenario/faults.ts";
import type { BrokerChoice, RunSettings } from "../../scenario/run-settings.ts";
import { didYouMean } from "../../words/nearest.ts";
import { type Board, loadBoard } from "../board.ts";
import { missingFailure, usageFailure } from "../failure.ts";
import { commandLine } from "./command-line.ts";
import type { SimOptions } from "./options.ts";

export interface Plan {
  readonly settings: RunSettings;
  readonly random: Random;
  readonly seed: number;
  readonly board: Board;
  /** Where the devices connect to, for people. */
  readonly where: string;
  readonly image: { readonly module: WebAssembly.Module; readonly hash: string };
  readonly qos: 0 | 1 | 2;
  readonly replay: string;
}

const IMAGE = "build/host.wasm";
const LONGEST_INTERVAL_MS = 86_400_000;
const NAME_DIGITS = 6;

/** Throws a `Failure` for what is wrong or missing. */
export function planOf(options: SimOptions, root: string): Plan {
  if (options.realtime !== true) {
    throw usageFailure("sim: simulated time is not in this version of motekit", "Accepted: --realtime");
  }
  const board = loadBoard(join(root, "boards"), options.board);
  const link = linkOf(options.link);
  checkTimes(options);
  const broker = brokerOf(options);
  const faults = faultsOf(options, broker);
  const image = readImage(root);
  const seed = options.seed ?? drawSeed();
  const random = createRandom(seed);
  const qos = options.qos as 0 | 1 | 2;
  return {
    settings: {
      link,
      device: { capacities: board.capacities, qos, intervalMs: options.every, protocol: options.protocol },
      names: deviceNames(board.name, options.devices, random),
      broker,
      forMs: options.for ?? null,
      drainMs: options.drain,
      faults,
    },
    random,
    seed,
    board,
    where: options.broker === "embedded" ? "the embedded broker" : withoutSecrets(options.broker),
    image,
    qos,
    replay: commandLine(options, seed),
  };
}

/** Numbered from a drawn one, so that no two are the same. */
function deviceNames(board: string, count: number, random: Random): readonly string[] {
  const first = random.stream("names").u32();
  return Array.from({ length: count }, (_, index) => {
    const number = (first + index) % 16 ** NAME_DIGITS;
    return `${board}-${number.toString(16).padStart(NAME_DIGITS, "0")}`;
  });
}

function linkOf(text: string): LinkProfile {
  try {
    return parseLink(text);
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw usageFailure(
      error.message,
      "Accepted: --link NAME[,outage=8s@25s][,loss=2%][,delay=300ms][,rate=64kbit]",
    );
  }
}

function checkTimes({ every, for: forMs }: SimOptions): void {
  if (every < 1 || every > LONGEST_INTERVAL_MS) {
    throw usageFailure("--every is too short or too long for the firmware", "Accepted: --every 1ms to 24h");
  }
  if (forMs === 0) throw usageFailure("--for 0 takes no reading", "Accepted: a duration such as --for 30s");
}

function faultsOf({ faults: text, for: forMs }: SimOptions, broker: BrokerChoice): readonly Fault[] {
  const faults = text === undefined ? [] : parsedFaults(text);
  for (const fault of faults) {
    if (broker.kind === "remote" && fault.kind.startsWith("broker-")) {
      throw usageFailure(
        `the fault ${fault.kind} needs the embedded broker: another's is not ours to restart`,
        `Accepted here: ${ACCEPTED_FAULTS.split(", broker")[0]}; or --broker embedded`,
      );
    }
    if (forMs !== undefined && fault.atMs >= forMs) {
      throw usageFailure(
        `the fault ${describeFault(fault)} comes after the end of --for ${forMs}ms`,
        "Accepted: an earlier moment, or a longer --for",
      );
    }
  }
  return faults;
}

function parsedFaults(text: string): readonly Fault[] {
  try {
    return parseFaults(text);
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    const hint = error.typed === null ? "" : didYouMean(error.typed, faultNames());
    throw usageFailure(`${error.message}${hint}`, `Accepted: ${ACCEPTED_FAULTS}`);
  }
}

const REMOTE_ONLY = ["tlsCa", "tlsCert", "tlsKey", "username", "passwordFile"] as const;

function brokerOf(options: SimOptions): BrokerChoice {
  if (options.broker === "embedded") {
    const unused = REMOTE_ONLY.find((name) => options[name] !== undefined);
    if (unused === undefined) return { kind: "embedded" };
    throw usageFailure(
      `--${unused.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} is for a broker at an address`,
      "Accepted: --broker URL beside it",
    );
  }
  try {
    const url = parseBrokerUrl(options.broker);
    const dialer = brokerDialer(url, tlsOf(options));
    return { kind: "remote", dialer, credentials: credentialsOf(options, url) };
  } catch (error) {
    if (!(error instanceof BrokerUrlError || error instanceof TlsSettingsError)) throw error;
    throw usageFailure(
      `--broker: ${error.message}${didYouMean(options.broker, ["embedded"])}`,
      "Accepted: --broker embedded, or a broker's URL, with --tls-ca, --tls-cert and --tls-key for mqtts:// and wss://",
    );
  }
}

function tlsOf({ tlsCa, tlsCert, tlsKey }: SimOptions): TlsSettings | null {
  const settings: TlsSettings = {
    ...(tlsCa !== undefined && { ca: readText("--tls-ca", tlsCa) }),
    ...(tlsCert !== undefined && { cert: readText("--tls-cert", tlsCert) }),
    ...(tlsKey !== undefined && { key: readText("--tls-key", tlsKey) }),
  };
  return Object.keys(settings).length === 0 ? null : settings;
}

/** Options go before what the URL says. */
function credentialsOf({ username, passwordFile }: SimOptions, url: BrokerUrl): Credentials | null {
  const user = username ?? url.username;
  const password =
    passwordFile === undefined
      ? url.password
      : readText("--password-file", passwordFile).replace(/\r?\n$/, "");
  if (user !== null) return { username: user, password };
  if (password === null) return null;
  // [MQTT3-3.1.2-22] no password without a user name
  throw usageFailure("a password was given without a user name", "Accepted: --username NAME beside it");
}

function readText(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw usageFailure(
      `${option} ${path} cannot be read: ${(error as Error).message}`,
      "Accepted: a file that can be read",
    );
  }
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//");
}

/** The laptop's build of the very code that a board runs. */
function readImage(root: string): Plan["image"] {
  try {
    const bytes = readFileSync(join(root, IMAGE));
    return {
      module: new WebAssembly.Module(new Uint8Array(bytes)),
      hash: `sha256:${createHash("sha256").update(bytes).digest("hex")}`,
    };
  } catch {
    throw missingFailure(`${IMAGE} is not built yet`, `Run \`npm run build\` in ${root}`);
  }
}
