// The options that `pub` and `sub` share, checked together: where the broker is, who connects, and with what rights.
import { type Failure, usageFailure } from "../failure.ts";
import type { ConnectionOptions, ProtocolVersion, QoS, TlsFiles, Will } from "./options.ts";
import { type PropertySets, propertySets } from "./properties.ts";
import type { Values } from "./read-argv.ts";
import type { Command } from "./table.ts";
import { checkTopic, topicNameProblem } from "./topics.ts";

const MQTT_3_1: ProtocolVersion = 3;
const MQTT_3_1_1: ProtocolVersion = 4;
const MQTT_5: ProtocolVersion = 5;
const FOR_EVER = 4_294_967_295;
const LONGEST_ID_3_1 = 23;

/** What `-L` holds. */
export interface UrlParts {
  readonly host: string;
  readonly port: number | undefined;
  readonly secure: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly topic: string | undefined;
}

export function urlOf(command: Command, values: Values): UrlParts | undefined {
  const text = values.text("url");
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^mqtts?:$/.test(url.protocol) || url.hostname === "") throw badUrl(command);
  // What follows the host is the topic as written: to `URL`, `#` and `?` would end it.
  const [, topic] = /^mqtts?:\/\/[^/]*\/(.+)$/i.exec(text) ?? [];
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? undefined : Number(url.port),
    secure: url.protocol === "mqtts:",
    username: decoded(command, url.username),
    password: decoded(command, url.password),
    topic,
  };
}

/** The URL itself is not repeated: it may hold a password. */
function badUrl(command: Command): Failure {
  return usageFailure(
    `${command}: -L is not a URL that can be used here`,
    "Accepted: mqtt://[USER[:PASSWORD]@]HOST[:PORT]/TOPIC, or mqtts://…",
  );
}

function decoded(command: Command, text: string): string | undefined {
  if (text === "") return undefined;
  try {
    return decodeURIComponent(text);
  } catch {
    throw badUrl(command);
  }
}

export function connectionOf(
  command: Command,
  values: Values,
  url: UrlParts | undefined,
  processId: number,
): ConnectionOptions {
  const tls = tlsOf(command, values, url);
  const properties = propertySets(command, values.properties());
  const protocolVersion = versionOf(command, values, properties);
  const clean = !values.flag("persistent");
  return {
    host: values.text("host") ?? url?.host ?? "localhost",
    port: values.number("port") ?? url?.port ?? (tls === undefined ? 1883 : 8883),
    tls,
    protocolVersion,
    clientId: clientIdOf(command, values, processId, protocolVersion, clean),
    clean,
    keepaliveSeconds: values.number("keepalive") ?? 60,
    ...credentialsOf(command, values, url),
    will: willOf(command, values, properties),
    properties: withExpiry(command, values, properties, protocolVersion),
    debug: values.flag("debug"),
    quiet: values.flag("quiet"),
  };
}

/** What only MQTT 5 has makes it MQTT 5. */
function versionOf(command: Command, values: Values, properties: PropertySets): ProtocolVersion {
  const chosen = values.number("version") as ProtocolVersion | undefined;
  const fives = [
    ["-D", Object.keys(properties).length > 0],
    ["-x", values.number("sessionExpiry") !== undefined],
    ["--retain-as-published", values.flag("retainAsPublished")],
  ] as const;
  const [five] = fives.find(([, isGiven]) => isGiven) ?? [];
  if (five === undefined) return chosen ?? MQTT_3_1_1;
  if (chosen === undefined || chosen === MQTT_5) return MQTT_5;
  throw usageFailure(`${command}: ${five} needs MQTT 5`, "Accepted: -V mqttv5, or no -V");
}

/** A session that is kept is kept for ever where nothing else is said, as mosquitto_sub has it. */
function withExpiry(
  command: Command,
  values: Values,
  properties: PropertySets,
  version: ProtocolVersion,
): PropertySets {
  if (version !== MQTT_5) return properties;
  const given = properties.connect?.sessionExpiryInterval;
  const byOption = values.number("sessionExpiry");
  if (given !== undefined && byOption !== undefined)
    throw usageFailure(
      `${command}: -x and -D connect session-expiry-interval exclude each other`,
      "Accepted: one of them",
    );
  const seconds = given ?? byOption ?? (values.flag("persistent") ? FOR_EVER : undefined);
  if (seconds === undefined) return properties;
  return { ...properties, connect: { ...properties.connect, sessionExpiryInterval: seconds } };
}

function clientIdOf(
  command: Command,
  values: Values,
  processId: number,
  version: ProtocolVersion,
  clean: boolean,
): string | undefined {
  const [id, prefix] = [values.text("id"), values.text("idPrefix")];
  if (id !== undefined && prefix !== undefined)
    throw usageFailure(`${command}: -i and -I exclude each other`, "Accepted: one of them");
  const clientId = prefix === undefined ? id : `${prefix}${processId}`;
  // [MQTT3-3.1.3-7] a session can only be found again under a name
  if (!clean && !clientId) throw usageFailure(`${command}: -c needs a client id`, "Accepted: -c with -i ID");
  if (version === MQTT_3_1 && clientId !== undefined) checkOldId(command, clientId);
  return clientId;
}

function checkOldId(command: Command, clientId: string): void {
  const bytes = Buffer.byteLength(clientId);
  if (bytes >= 1 && bytes <= LONGEST_ID_3_1) return;
  throw usageFailure(
    `${command}: the client id has ${bytes} bytes, which MQTT 3.1 does not allow`,
    `Accepted: 1 to ${LONGEST_ID_3_1} bytes, or -V mqttv311`,
  );
}

function credentialsOf(command: Command, values: Values, url: UrlParts | undefined) {
  const username = values.text("username") ?? url?.username;
  const password = values.text("password") ?? url?.password;
  // [MQTT3-3.1.2-22]
  if (password !== undefined && username === undefined) {
    throw usageFailure(`${command}: a password needs a user name`, "Accepted: -P with -u NAME");
  }
  return { username, password };
}

function tlsOf(command: Command, values: Values, url: UrlParts | undefined): TlsFiles | undefined {
  const files = { ca: values.text("cafile"), cert: values.text("cert"), key: values.text("key") };
  if ((files.cert === undefined) !== (files.key === undefined)) {
    throw usageFailure(`${command}: --cert and --key go together`, "Accepted: both, or neither");
  }
  const trusted = files.ca !== undefined || values.flag("systemCas") || url?.secure === true;
  if (!trusted && files.cert !== undefined) {
    throw usageFailure(
      `${command}: --cert needs TLS`,
      "Accepted: --cert with --cafile FILE or --tls-use-os-certs",
    );
  }
  return trusted ? files : undefined;
}

function willOf(command: Command, values: Values, { will: properties }: PropertySets): Will | undefined {
  const topic = values.text("willTopic");
  if (topic === undefined) {
    const stray =
      properties !== undefined ||
      ["willPayload", "willQos", "willRetain"].some(
        (key) => values.flag(key) || values.text(key) !== undefined || values.number(key) !== undefined,
      );
    if (stray)
      throw usageFailure(
        `${command}: a will needs a topic`,
        "Accepted: --will-topic TOPIC beside the other --will options",
      );
    return undefined;
  }
  checkTopic(`${command}: --will-topic`, topic, topicNameProblem(topic));
  return {
    topic,
    payload: values.text("willPayload") ?? "",
    qos: (values.number("willQos") ?? 0) as QoS,
    retain: values.flag("willRetain"),
    ...(properties !== undefined && { properties }),
  };
}
