// Owns a link between a port of this machine and somewhere else: whoever connects there lives on that link. Refuses to know
// what the bytes mean, and who is told what happens.

import type { Random } from "../../random/random.ts";
import type { Clock } from "../../time/clock.ts";
import { layersOf } from "../link/layers.ts";
import { createLink, type LinkState } from "../link/link.ts";
import { linkDialer } from "../link/link-dialer.ts";
import type { MeterReading } from "../link/meter/meter.ts";
import type { LinkProfile } from "../link/profile.ts";
import type { Radio, RadioState } from "../link/radio/radio.ts";
import type { TcpFlavour } from "../link/tcp/flavour.ts";
import type { Dialer, StreamError } from "../stream.ts";
import { type ClientEvent, listen, type SocketAddress } from "./listener.ts";

export type ProxyEvent =
  | ClientEvent
  | { readonly kind: "link"; readonly state: LinkState }
  /** With why, when it noticed that its network was gone. A link without one is silent. */
  | { readonly kind: "radio"; readonly state: RadioState; readonly why: string | null }
  /** A connection has come over the link, and was taken there, or not. */
  | { readonly kind: "upstream"; readonly failure: StreamError | null };

export interface ProxyPlan {
  readonly listenAt: SocketAddress;
  readonly upstream: Dialer;
  /** Of kind `tcp`. */
  readonly profile: LinkProfile;
  /** Of the end of the link where the clients are. */
  readonly flavour: TcpFlavour;
}

export interface LinkProxy {
  /** With the port that was picked, where 0 was asked for. */
  readonly address: SocketAddress;
  readonly meter: MeterReading;
  /** Every connection ends with a reset, on both sides. */
  close(): Promise<void>;
}

/**
 * All clients share one modem and its link: its attachment, queue, outages, NAT and bill.
 *
 *   client ── relay ── TcpEndpoint (`flavour`) ── radio ~~~ link ~~~ NAT ── TcpEndpoint (Linux) ── upstream
 *
 * Rejects with Node's error when nobody can listen there.
 */
export async function startProxy(
  { listenAt, upstream, profile, flavour }: ProxyPlan,
  clock: Clock,
  random: Random,
  tell: (event: ProxyEvent) => void,
): Promise<LinkProxy> {
  const link = createLink(profile, clock, random.scope("link"));
  const { radio, middlebox, meter } = layersOf(link, clock, random, null);
  const dialer = linkDialer(watched(upstream, tell), link, clock, { radio, middlebox, meter, flavour });
  const listener = await listen(listenAt, dialer, clock, tell);
  if (!link.state.up) tell({ kind: "link", state: link.state });
  const unwatchLink = link.onState((state) => tell({ kind: "link", state }));
  const unwatchRadio = watchRadio(profile, radio, tell);
  return {
    address: listener.address,
    get meter() {
      return meter.snapshot();
    },
    async close() {
      unwatchLink();
      unwatchRadio();
      const closed = listener.close();
      // A reset would have to travel over the link first.
      link.cut();
      await closed;
      dialer.powerOff("nothing");
    },
  };
}

function watchRadio(
  { radio: figures }: LinkProfile,
  radio: Radio,
  tell: (event: ProxyEvent) => void,
): () => void {
  if (figures === null) return () => undefined;
  return radio.onState((state, why) => tell({ kind: "radio", state, why }));
}

function watched(upstream: Dialer, tell: (event: ProxyEvent) => void): Dialer {
  return {
    dial(handlers) {
      let isOpen = false;
      return upstream.dial({
        onOpen() {
          isOpen = true;
          tell({ kind: "upstream", failure: null });
          handlers.onOpen();
        },
        onData: (bytes) => handlers.onData(bytes),
        onDrain: () => handlers.onDrain(),
        onEnd: () => handlers.onEnd(),
        onClose(error) {
          if (!isOpen && error !== null) tell({ kind: "upstream", failure: error });
          handlers.onClose(error);
        },
      });
    },
  };
}
