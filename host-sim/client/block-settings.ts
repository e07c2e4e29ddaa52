// Owns how a client's settings get into its block. Knows neither options' names nor where they come from.

import type { Core } from "../device/core.ts";
import { type LossPolicy, Packet, Status } from "../device/layout.generated.ts";
import { connectPropertyBytes, keepsSession, setOwnProperties } from "./five-settings.ts";
import { encodeProperties } from "./properties/encode.ts";
import { type Properties, WILL } from "./properties/table.ts";

export type ProtocolVersion = 3 | 4 | 5;

export interface Will {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: 0 | 1 | 2;
  readonly retain: boolean;
  readonly properties: Properties;
}

export interface BlockSettings {
  /** 3 for MQTT 3.1, 4 for 3.1.1, 5 for 5. */
  readonly version: ProtocolVersion;
  readonly clientId: string;
  /** Begins a new session. In MQTT 5 its expiry says whether it outlasts the connection. */
  readonly clean: boolean;
  /** CONNECT's, in MQTT 5. */
  readonly properties: Properties;
  /** How many topic aliases there is room for, beside everything else that takes a text. */
  readonly mostAliases: number;
  /** Takes whatever session the broker holds. Such a client may publish nothing above QoS 0. */
  readonly assumesSession: boolean;
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
export interface SettingTexts {
  readonly clientId: { readonly text: string; readonly handle: number };
  readonly others: readonly number[];
}

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
const MOST_TEXT_BYTES = 65535;

/**
 * Puts settings into an idle block, and gives back the texts of the settings before. Throws `SettingRefused` or a
 * `PropertyError`; the block may then be half set, and is to be thrown away or restored from a copy.
 */
export function applySettings(
  core: Core,
  block: number,
  settings: BlockSettings,
  before: SettingTexts | null = null,
): SettingTexts {
  const texts = new TextStore(core, block);
  // A new handle is a new client id to the client, and ends the session: as a new session after a kept one must.
  const isForgotten = settings.clean && keepsSession(settings.clean, settings.properties);
  const keepsId = before?.clientId.text === settings.clientId && !isForgotten;
  const clientId = keepsId ? before.clientId.handle : texts.add("client id", "String", settings.clientId);
  accept("client id", core.exports.setClientId(block, clientId));
  setCredentials(core, block, settings, texts);
  setWill(core, block, settings.will, texts);
  setNumbers(core, block, settings);
  if (core.exports.hasFive()) setProperties(core, block, settings, texts);
  // Only now does no setting name them any more.
  for (const text of before?.others ?? []) core.exports.forget(block, text);
  if (before !== null && !keepsId) core.exports.forget(block, before.clientId.handle);
  return { clientId: { text: settings.clientId, handle: clientId }, others: texts.added(clientId) };
}

function accept(setting: string, status: number): number {
  if (status < 0) throw new SettingRefused(setting, status);
  return status;
}

class TextStore {
  readonly #core: Core;
  readonly #block: number;
  readonly #handles: number[] = [];

  constructor(core: Core, block: number) {
    this.#core = core;
    this.#block = block;
  }

  add(setting: string, kind: "Topic" | "String" | "Bytes", value: string | Uint8Array): number {
    const { exports, inbox } = this.#core;
    const bytes = Buffer.from(value as string);
    if (bytes.length > MOST_TEXT_BYTES) throw new SettingRefused(setting, Status.TextBytesFull);
    const length = this.#core.put(inbox, bytes);
    const handle = accept(setting, exports[`prepare${kind}`](this.#block, inbox, length));
    this.#handles.push(handle);
    return handle;
  }

  /** 0 for none. */
  addProperties(type: number, properties: Uint8Array): number {
    if (properties.length === 0) return 0;
    const { exports, inbox } = this.#core;
    const length = this.#core.put(inbox, properties);
    const handle = accept("properties", exports.prepareProperties(this.#block, type, inbox, length));
    this.#handles.push(handle);
    return handle;
  }

  /** The handles of all that was added, but for one. */
  added(exception: number): readonly number[] {
    return this.#handles.filter((handle) => handle !== exception);
  }
}

function setCredentials(
  core: Core,
  block: number,
  { username, password }: BlockSettings,
  texts: TextStore,
): void {
  const user = username === null ? 0 : texts.add("user name", "String", username);
  const secret = password === null ? 0 : texts.add("password", "Bytes", password);
  accept("credentials", core.exports.setCredentials(block, user, secret));
}

function setWill(core: Core, block: number, will: Will | null, texts: TextStore): void {
  if (will === null) {
    accept("will", core.exports.setWill(block, 0, 0, 0));
    return;
  }
  const topic = texts.add("will topic", "Topic", will.topic);
  const payload = texts.add("will payload", "Bytes", will.payload);
  accept("will", core.exports.setWill(block, topic, payload, will.qos | (will.retain ? RETAIN : 0)));
}

function setNumbers({ exports }: Core, block: number, settings: BlockSettings): void {
  const { reconnect, backoffBaseMs, backoffMaxMs, connectTimeoutMs } = settings;
  accept("version", exports.setVersion(block, settings.version));
  const isKept = keepsSession(settings.clean, settings.properties);
  accept("clean session", exports.setClean(block, isKept ? 0 : 1));
  if (settings.assumesSession) accept("stored session", exports.assumeSession(block));
  accept("keep-alive", exports.setKeepAlive(block, settings.keepAliveSeconds));
  accept("loss policy", exports.setLossPolicy(block, settings.lossPolicy));
  accept(
    "reconnect period or connect time-out",
    exports.setReconnect(block, reconnect ? 1 : 0, backoffBaseMs, backoffMaxMs, connectTimeoutMs),
  );
}

function setProperties(core: Core, block: number, settings: BlockSettings, texts: TextStore): void {
  const { exports } = core;
  const { properties, mostAliases, will } = settings;
  const own = texts.addProperties(Packet.Connect, connectPropertyBytes(core, properties, mostAliases));
  accept("properties", exports.setConnectProperties(block, own));
  const wills = will === null ? {} : will.properties;
  const ofWill = texts.addProperties(WILL, encodeProperties(core, WILL, wills, "will.properties."));
  accept("will's properties", exports.setWillProperties(block, ofWill));
  accept("properties", setOwnProperties(core, block, properties));
}
