// Owns how a client's settings get into its block. Knows neither options' names nor where they come from.

import type { Core } from "../device/core.ts";
import { type LossPolicy, Status } from "../device/layout.generated.ts";

export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
}

export interface BlockSettings {
  /** 3 for MQTT 3.1, 4 for 3.1.1. */
  readonly version: 3 | 4;
  readonly clientId: string;
  readonly clean: boolean;
  readonly keepAliveSeconds: number;
  readonly username: string | null;
  readonly password: Uint8Array | null;
  readonly will: Will | null;
  readonly reconnect: boolean;
  /** The first wait is up to `baseMs`, and doubles up to `maxMs`. */
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  readonly connectTimeoutMs: number;
  readonly lossPolicy: LossPolicy | 0;
}

/** Handles of the texts that settings have put into a block's pool. */
export type SettingTexts = readonly number[];

/** The client refused a setting. */
export class SettingRefused extends Error {
  override readonly name = "SettingRefused";
  readonly setting: string;
  readonly status: number;

  constructor(setting: string, status: number) {
    super(`the ${setting} was refused with status ${status}`);
    this.setting = setting;
    this.status = status;
  }
}

const RETAIN = 4;

/**
 * Puts settings into an idle block, and gives back the texts of the settings before. Throws `SettingRefused`; the block may
 * then be half set, and is to be thrown away or restored from a copy.
 */
export function applySettings(
  core: Core,
  block: number,
  settings: BlockSettings,
  before: SettingTexts = [],
): SettingTexts {
  const { exports } = core;
  const texts: number[] = [];
  const accept = (setting: string, status: number): number => {
    if (status < 0) throw new SettingRefused(setting, status);
    return status;
  };
  const store = (setting: string, kind: "Topic" | "String" | "Bytes", value: string | Uint8Array): number => {
    const length = putText(core, setting, value);
    const handle = accept(setting, exports[`prepare${kind}`](block, core.inbox, length));
    texts.push(handle);
    return handle;
  };

  const { username, password, will } = settings;
  const clientId = store("client id", "String", settings.clientId);
  const user = username === null ? 0 : store("user name", "String", username);
  const secret = password === null ? 0 : store("password", "Bytes", password);
  accept("client id", exports.setClientId(block, clientId));
  accept("credentials", exports.setCredentials(block, user, secret));
  if (will === null) {
    accept("will", exports.setWill(block, 0, 0, 0));
  } else {
    const topic = store("will topic", "Topic", will.topic);
    const payload = store("will payload", "Bytes", will.payload);
    accept("will", exports.setWill(block, topic, payload, will.qos | (will.retain ? RETAIN : 0)));
  }
  accept("version", exports.setVersion(block, settings.version));
  accept("clean session", exports.setClean(block, settings.clean ? 1 : 0));
  accept("keep-alive", exports.setKeepAlive(block, settings.keepAliveSeconds));
  accept("loss policy", exports.setLossPolicy(block, settings.lossPolicy));
  const { reconnect, backoffBaseMs, backoffMaxMs, connectTimeoutMs } = settings;
  accept(
    "reconnect period or connect time-out",
    exports.setReconnect(block, reconnect ? 1 : 0, backoffBaseMs, backoffMaxMs, connectTimeoutMs),
  );
  // Only now does no setting name them any more.
  for (const text of before) exports.forget(block, text);
  return texts;
}

const MOST_TEXT_BYTES = 65535;

function putText(core: Core, setting: string, value: string | Uint8Array): number {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  if (bytes.length > MOST_TEXT_BYTES) throw new SettingRefused(setting, Status.TextBytesFull);
  return core.put(core.inbox, bytes);
}
