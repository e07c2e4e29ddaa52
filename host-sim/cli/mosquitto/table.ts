// The options of mosquitto_pub and mosquitto_sub as a table: names, values, meanings, and which are refused and why.

export type Command = "pub" | "sub";

/** What a value must be. */
export type ValueKind =
  | { readonly is: "text" }
  | {
      readonly is: "whole";
      readonly least: number;
      readonly most: number;
      /** Words for some of them. */
      readonly also?: Readonly<Record<string, number>>;
    }
  | { readonly is: "seconds" }
  | { readonly is: "oneOf"; readonly values: Readonly<Record<string, number>> }
  /** Several arguments: -D's. */
  | { readonly is: "property" };

/** `key` is where the value is kept. */
export interface Option {
  readonly names: readonly string[];
  readonly key: string;
  readonly of: Command | "both";
  /** Absent: the option is a flag. */
  readonly value?: { readonly placeholder: string; readonly kind: ValueKind; readonly repeats?: true };
  readonly help: string;
}

const text: ValueKind = { is: "text" };
const QOS: ValueKind = { is: "oneOf", values: { 0: 0, 1: 1, 2: 2 } };
const VERSION: ValueKind = {
  is: "oneOf",
  values: { mqttv31: 3, mqttv311: 4, mqttv5: 5, 31: 3, 311: 4, 5: 5 },
};
/** -1 and ∞ are Mosquitto's names for ever. */
const FOR_EVER = 4_294_967_295;
const EXPIRY: ValueKind = { is: "whole", least: 0, most: FOR_EVER, also: { "-1": FOR_EVER, "∞": FOR_EVER } };
const U32_MAX = 4_294_967_295;

function flag(of: Option["of"], names: string, key: string, help: string): Option {
  return { names: names.split(" "), key, of, help };
}

function valued(
  of: Option["of"],
  names: string,
  key: string,
  placeholder: string,
  kind: ValueKind,
  help: string,
): Option {
  return { names: names.split(" "), key, of, value: { placeholder, kind }, help };
}

function repeated(of: Option["of"], names: string, key: string, placeholder: string, help: string): Option {
  return { names: names.split(" "), key, of, value: { placeholder, kind: text, repeats: true }, help };
}

function whole(least: number, most = U32_MAX): ValueKind {
  return { is: "whole", least, most };
}

export const OPTIONS: readonly Option[] = [
  valued("both", "-h --host", "host", "HOST", text, "the broker (localhost)"),
  valued("both", "-p --port", "port", "PORT", whole(1, 65_535), "its port (1883, with TLS 8883)"),
  valued(
    "both",
    "-L --url",
    "url",
    "URL",
    text,
    "all at once: mqtt(s)://[USER[:PASSWORD]@]HOST[:PORT]/TOPIC",
  ),
  valued("pub", "-t --topic", "topic", "TOPIC", text, "the topic to publish to"),
  repeated("sub", "-t --topic", "topics", "FILTER", "a topic filter to subscribe to; repeatable"),
  valued("pub", "-m --message", "message", "TEXT", text, "the message"),
  valued("pub", "-f --file", "file", "FILE", text, "the message is what this file holds"),
  flag("pub", "-l --stdin-line", "lines", "a message for each line of stdin"),
  flag("pub", "-s --stdin-file", "stdin", "the message is all of stdin"),
  flag("pub", "-n --null-message", "empty", "an empty message"),
  valued("both", "-q --qos", "qos", "QOS", QOS, "quality of service (0)"),
  flag("pub", "-r --retain", "retain", "the broker keeps the message for later subscribers"),
  valued("pub", "--repeat", "repeat", "N", whole(1), "publish N times"),
  valued("pub", "--repeat-delay", "repeatDelay", "SECONDS", { is: "seconds" }, "pause between repeats (0)"),
  flag("sub", "-v --verbose", "verbose", "print the topic before each message"),
  flag("sub", "--json", "json", "print each message as one JSON object on a line"),
  flag("sub", "-N", "noEndOfLine", "no line end after a message"),
  valued("sub", "-C", "count", "N", whole(1), "end after N messages"),
  valued("sub", "-W", "timeout", "SECONDS", whole(1), "end after this time, with exit code 1"),
  flag("sub", "-E", "exitWhenSubscribed", "end when the broker has acknowledged the subscriptions"),
  flag("sub", "-R", "hideRetained", "leave out retained messages"),
  flag("sub", "--retained-only", "retainedOnly", "print retained messages, and end at the first other one"),
  flag("sub", "--remove-retained", "removeRetained", "clear every retained message received"),
  repeated("sub", "-T --filter-out", "filterOut", "FILTER", "leave out what matches; repeatable"),
  repeated("sub", "-U --unsubscribe", "unsubscribe", "FILTER", "unsubscribe from this; repeatable"),
  valued("both", "-i --id", "id", "ID", text, "client id (made up)"),
  valued("both", "-I --id-prefix", "idPrefix", "PREFIX", text, "client id: this and the process id"),
  flag("both", "-c --disable-clean-session", "persistent", "keep the session; needs -i"),
  valued(
    "both",
    "-k --keepalive",
    "keepalive",
    "SECONDS",
    whole(0, 65_535),
    "keep-alive (60); 0 turns it off",
  ),
  valued(
    "both",
    "-V --protocol-version",
    "version",
    "VERSION",
    VERSION,
    "mqttv31, mqttv311 or mqttv5 (mqttv311)",
  ),
  {
    names: ["-D", "--property"],
    key: "properties",
    of: "both",
    value: { placeholder: "COMMAND NAME VALUE", kind: { is: "property" }, repeats: true },
    help: "a property of MQTT 5, such as -D publish content-type text/plain; repeatable",
  },
  valued(
    "both",
    "-x --session-expiry-interval",
    "sessionExpiry",
    "SECONDS",
    EXPIRY,
    "MQTT 5: how long the broker keeps the session; -1 for ever (0, with -c -1)",
  ),
  flag("sub", "--retain-as-published", "retainAsPublished", "MQTT 5: messages keep their retain flag"),
  valued("both", "-u --username", "username", "NAME", text, "user name"),
  valued("both", "-P --pw", "password", "PASSWORD", text, "password; others on this machine may see it"),
  valued(
    "both",
    "--will-topic",
    "willTopic",
    "TOPIC",
    text,
    "where the broker announces that this client was cut off",
  ),
  valued("both", "--will-payload", "willPayload", "TEXT", text, "what it announces (nothing)"),
  valued("both", "--will-qos", "willQos", "QOS", QOS, "at which quality of service (0)"),
  flag("both", "--will-retain", "willRetain", "and keeps it for later subscribers"),
  valued("both", "--cafile", "cafile", "FILE", text, "TLS, trusting the CAs in this PEM file"),
  valued("both", "--cert", "cert", "FILE", text, "client certificate, PEM; needs --key"),
  valued("both", "--key", "key", "FILE", text, "its private key, PEM; needs --cert"),
  flag("both", "--tls-use-os-certs", "systemCas", "TLS, trusting the CAs that come with Node"),
  flag("both", "--nodelay", "noDelay", "accepted: small packets are never held back here"),
  flag("both", "-d --debug", "debug", "say on stderr what happens"),
  flag("both", "--quiet", "quiet", "no messages about what goes wrong while running"),
];

/** Options of Mosquitto's that motekit does not have, and why. */
export const REFUSED: Readonly<Record<string, string>> = {
  "-F": "the output is plain, -v or --json",
  "--pretty": "the output is plain, -v or --json",
  "--random-filter": "every message is printed",
  "--insecure": "the server's name is always checked",
  "--capath": "give one file with --cafile",
  "--ciphers": "Node's list of ciphers is used",
  "--tls-version": "the newest version both sides speak is used",
  "--tls-alpn": "no protocol is negotiated inside TLS",
  "--tls-engine": "keys come from PEM files",
  "--tls-engine-kpass-sha1": "keys come from PEM files",
  "--keyform": "keys come from PEM files",
  "--psk": "TLS works with certificates",
  "--psk-identity": "TLS works with certificates",
  "--proxy": "connections are direct",
  "--unix": "connections are TCP or TLS",
  "-A": "the system chooses the local address",
  "--bind": "the system chooses the local address",
  "-S": "no SRV records are looked up: give -h and -p",
  "-M": "the window is the client's own",
  "--max-inflight": "the window is the client's own",
};

/** The options of one command as its help shows them. */
export function optionHelp(command: Command): string {
  const rows = OPTIONS.filter(({ of }) => of === command || of === "both").map(({ names, value, help }) => ({
    flags: value === undefined ? names.join(", ") : `${names.join(", ")} ${value.placeholder}`,
    help,
  }));
  const all = [...rows, { flags: "--help", help: "print this help" }];
  const width = Math.max(...all.map(({ flags }) => flags.length));
  return `Options:\n${all.map(({ flags, help }) => `  ${flags.padEnd(width)}  ${help}\n`).join("")}`;
}
