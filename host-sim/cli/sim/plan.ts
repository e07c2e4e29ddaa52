// What a run of `sim` in real time will be, from its options, with everything checked before anything is done. Starts nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionPace, Credentials } from "../../device/sensor-device.ts";
import { type BrokerUrl, BrokerUrlError, brokerDialer, parseBrokerUrl } from "../../net/broker-url.ts";
import { OVERLAY_EXAMPLES, parseLink } from "../../net/link/overlay.ts";
import { type LinkProfile, ProfileError } from "../../net/link/profile.ts";
import { type TlsSettings, TlsSettingsError } from "../../net/tls.ts";
import { createRandom, drawSeed, type Random } from "../../random/random.ts";
import { ACCEPTED_FAULTS, describeFault, FAULT_SHAPES, type Fault } from "../../scenario/faults.ts";
import { USUAL_FIVE } from "../../scenario/five-terms.ts";
import { deviceNames } from "../../scenario/play.ts";
import type { BrokerChoice } from "../../scenario/realtime-run.ts";
import type { RunSettings } from "../../scenario/run-settings.ts";
import { didYouMean } from "../../words/nearest.ts";
import { type Board, loadBoard } from "../board.ts";
import { usageFailure } from "../failure.ts";
import { type Image, readImage } from "../image.ts";
import { checkTimes, parsedFaults, readingExpirySeconds } from "./checks.ts";
import { commandLine } from "./command-line.ts";
import type { SimOptions } from "./options.ts";

export interface Plan {
  readonly settings: RunSettings;
  readonly random: Random;
  readonly seed: number;
  readonly board: Board;
  /** Where the devices connect to, for people. */
  readonly where: string;
  readonly broker: BrokerChoice;
  readonly image: Image;
  readonly qos: 0 | 1 | 2;
  readonly replay: string;
}

/** As many as one terminal and one process can follow in real time. */
const MOST_DEVICES = 100;

/**
 * For somebody who watches: a keep-alive of 3 s, so that the will fires 4.5 s into an outage, and waits of at most 3 s
 * between attempts, so that a healed link is used soon. A sensor in the field would have minutes.
 */
const PACE: ConnectionPace = {
  keepAliveSeconds: 3,
  pingDeadlineMs: 0,
  connectTimeoutMs: 6000,
  backoffBaseMs: 500,
  backoffMaxMs: 3000,
};

/** Whoever never connected in all this time will not. */
const NEVER_CONNECTED_MS = 30_000;
const ENDING = { statusMs: 5000, goodbyeMs: 13_000, arrivalMs: 3000 } as const;

/** Throws a `Failure` for what is wrong or missing. */
export function planOf(options: SimOptions, root: string): Plan {
  if (options.devices > MOST_DEVICES) {
    throw usageFailure(
      `--devices ${options.devices} are more than can be followed in real time`,
      `Accepted: 1 to ${MOST_DEVICES}, or more without --realtime`,
    );
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
      device: {
        capacities: board.capacities,
        qos,
        intervalMs: options.every,
        protocol: options.protocol,
        expiries: {
          sessionSeconds: USUAL_FIVE.sessionExpirySeconds,
          readingSeconds: readingExpirySeconds(options),
        },
      },
      pace: options.keepAlive === undefined ? PACE : { ...PACE, keepAliveSeconds: options.keepAlive / 1000 },
      credentials: broker.kind === "remote" ? broker.credentials : null,
      tcp: board.tcp,
      energy: board.energy,
      hardware: { driftPpm: 0, clockStartMs: 0 },
      names: deviceNames(board.name, options.devices, random),
      forMs: options.for ?? null,
      faults,
      downlink: [],
      giveUpMs: NEVER_CONNECTED_MS,
      ending: { ...ENDING, drainMs: options.drain },
    },
    broker,
    random,
    seed,
    board,
    where: options.broker === "embedded" ? "the embedded broker" : withoutSecrets(options.broker),
    image,
    qos,
    replay: commandLine(options, seed),
  };
}

function linkOf(text: string): LinkProfile {
  try {
    return parseLink(text);
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw usageFailure(
      error.message,
      `Accepted: --link NAME[,k=v…], such as ${OVERLAY_EXAMPLES}; \`npx motekit links\` lists the names`,
    );
  }
}

function faultsOf({ faults: text, for: forMs }: SimOptions, broker: BrokerChoice): readonly Fault[] {
  const { faults, families } = parsedFaults(text, forMs ?? null);
  if (families.length > 0) {
    throw usageFailure(
      `the faults "${families[0]}" come at random moments, which is for simulated time`,
      `Accepted with --realtime: ${ACCEPTED_FAULTS.split(";")[0]}; or leave --realtime out`,
    );
  }
  for (const fault of faults) refuseUnlessPossible(fault, broker);
  return faults;
}

/** A run in real time gives its broker no bad manners, and another's is not ours to restart. */
function refuseUnlessPossible(fault: Fault, broker: BrokerChoice): void {
  const { family } = FAULT_SHAPES[fault.kind];
  if (family === "peer") {
    throw usageFailure(
      `the fault ${fault.kind} needs a broker with bad manners, which lives in simulated time`,
      "Accepted: the same without --realtime",
    );
  }
  if (family === "broker" && broker.kind === "remote") {
    throw usageFailure(
      `the fault ${describeFault(fault)} needs the embedded broker: another's is not ours to restart`,
      "Accepted: --broker embedded, or faults of the link and the power",
    );
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
