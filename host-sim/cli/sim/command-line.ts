// The command line that runs a simulation again. Knows the options' spelling; not what they do.
import type { SimOptions } from "./options.ts";

/** With the seed, and without what was only about this run's output. No password is in it. */
export function commandLine(options: SimOptions, seed: number): string {
  const { board, link, every, qos, protocol, devices, faults, drain, broker, username, passwordFile } =
    options;
  const words: readonly (readonly [option: string, value: string | undefined])[] = [
    ["--board", board],
    ["--link", link],
    ["--for", milliseconds(options.for)],
    ["--every", milliseconds(every)],
    ["--expiry", milliseconds(options.expiry)],
    ["--qos", String(qos)],
    ["--protocol", protocol],
    ["--devices", String(devices)],
    ["--faults", faults],
    ["--keep-alive", milliseconds(options.keepAlive)],
    ["--drain", milliseconds(drain)],
    ["--broker", broker.replace(/(\/\/[^:@/]*):[^@/]*@/, "$1@")],
    ["--tls-ca", options.tlsCa],
    ["--tls-cert", options.tlsCert],
    ["--tls-key", options.tlsKey],
    ["--username", username],
    ["--password-file", passwordFile],
    ["--seed", String(seed)],
  ];
  const given = words.flatMap(([option, value]) => (value === undefined ? [] : [option, quoted(value)]));
  return ["npx motekit sim", ...(options.realtime === true ? ["--realtime"] : []), ...given].join(" ");
}

function milliseconds(duration: number | undefined): string | undefined {
  return duration === undefined ? undefined : `${duration}ms`;
}

/** For a POSIX shell. */
function quoted(value: string): string {
  return /^[\w@%+=:,./-]+$/.test(value) ? value : `'${value.replaceAll("'", "'\\''")}'`;
}
