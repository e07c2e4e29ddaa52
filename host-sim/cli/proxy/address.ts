// Owns how the proxy's two addresses are written. Knows hosts and ports; opens nothing.
import type { SocketAddress } from "../../net/proxy/listener.ts";
import { usageFailure } from "../failure.ts";

const ONLY_THIS_MACHINE = "127.0.0.1";

const ACCEPTED = {
  listen:
    "Accepted: --listen PORT or --listen HOST:PORT, such as 1883 or 0.0.0.0:1883; port 0 picks a free one",
  upstream: "Accepted: --upstream HOST:PORT, such as 192.168.1.5:1883 or [::1]:1883",
};

/** Throws a usage `Failure`. Without a host nobody but this machine can connect. */
export function parseListen(text: string | undefined): SocketAddress {
  if (text === undefined) throw usageFailure("--listen is missing", ACCEPTED.listen);
  const address = parse(/^\d+$/.test(text) ? `${ONLY_THIS_MACHINE}:${text}` : text);
  if (address === null) throw usageFailure(`--listen ${text} is no port to listen at`, ACCEPTED.listen);
  return address;
}

/** Throws a usage `Failure`. That somebody listens there is for each connection to find out. */
export function parseUpstream(text: string | undefined): SocketAddress {
  if (text === undefined) throw usageFailure("--upstream is missing", ACCEPTED.upstream);
  const address = parse(text);
  if (address === null || address.port === 0) {
    const hint = text.includes("://") ? ": leave out the protocol, the proxy knows none" : "";
    throw usageFailure(`--upstream ${text} is no HOST:PORT${hint}`, ACCEPTED.upstream);
  }
  return address;
}

/** An IPv6 address has brackets, as in a URL. */
export function addressInWords({ host, port }: SocketAddress): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

function parse(text: string): SocketAddress | null {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.%]+)\]|([^\s:/[\]@]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  return host === undefined || !(port <= 65_535) ? null : { host, port };
}
