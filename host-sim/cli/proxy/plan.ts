// What the options of `proxy` come to, checked before anything is opened. Knows names and addresses; starts nothing.
import { join } from "node:path";
import { parseLink } from "../../net/link/overlay.ts";
import { type LinkProfile, ProfileError } from "../../net/link/profile.ts";
import { flavourOf, type TcpFlavour } from "../../net/link/tcp/flavour.ts";
import type { SocketAddress } from "../../net/proxy/listener.ts";
import { drawSeed } from "../../random/random.ts";
import { loadBoard } from "../board.ts";
import { usageFailure } from "../failure.ts";
import { parseListen, parseUpstream } from "./address.ts";

export interface ProxyOptions {
  readonly listen?: string;
  readonly upstream?: string;
  readonly link: string;
  readonly board: string;
  readonly seed?: number;
  readonly for?: number;
  readonly json?: true;
}

export interface Plan {
  readonly listenAt: SocketAddress;
  readonly upstream: SocketAddress;
  readonly profile: LinkProfile;
  readonly flavour: TcpFlavour;
  readonly seed: number;
  /** Null: until it is interrupted. */
  readonly forMs: number | null;
  readonly isForPrograms: boolean;
}

/** Throws a usage `Failure`. */
export function planOf(options: ProxyOptions, root: string): Plan {
  const listenAt = parseListen(options.listen);
  const upstream = parseUpstream(options.upstream);
  if (isItself(listenAt, upstream)) {
    throw usageFailure(
      `--upstream ${options.upstream} is the proxy itself`,
      "Accepted: another port for one of the two, such as --listen 1884",
    );
  }
  if (options.for === 0) {
    throw usageFailure("--for 0 passes nothing on", "Accepted: a duration such as --for 30m, or none");
  }
  return {
    listenAt,
    upstream,
    profile: profileOf(options.link),
    flavour: flavourOf(loadBoard(join(root, "boards"), options.board).tcp),
    seed: options.seed ?? drawSeed(),
    forMs: options.for ?? null,
    isForPrograms: options.json === true,
  };
}

/** It would dial itself without end. What other names this machine has, nobody here can know. */
function isItself(listenAt: SocketAddress, upstream: SocketAddress): boolean {
  const isHere =
    isThisMachine(upstream.host) && (isThisMachine(listenAt.host) || isAnyAddress(listenAt.host));
  return listenAt.port === upstream.port && (isHere || listenAt.host === upstream.host);
}

function isThisMachine(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function isAnyAddress(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

/** TLS, where there is any, is the client's own and passes as it is. */
function profileOf(text: string): LinkProfile {
  const profile = parsedLink(text);
  if (profile.kind === "gateway") {
    throw usageFailure(
      `--link ${text} carries messages, no connections: a proxy has nothing to give it`,
      "Accepted: a link that carries packets; simulated devices use the others, as in `npx motekit sim`",
    );
  }
  if (profile.tls !== null) {
    throw usageFailure(
      `--link ${text} models a TLS handshake, and a proxy carries the clients' own`,
      "Accepted: the link without tls=",
    );
  }
  return profile;
}

function parsedLink(text: string): LinkProfile {
  try {
    return parseLink(text);
  } catch (error) {
    if (!(error instanceof ProfileError)) throw error;
    throw usageFailure(error.message, "Accepted: --link NAME[,k=v…]; `npx motekit links` lists them");
  }
}
