// Owns a device and a broker joined by a link in virtual time, for tests. Refuses to know what is claimed.

import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { dialRecorded, type Recorded, recorded } from "../../__tests__/recorded-stream.ts";
import { type Accept, memoryDialer } from "../../memory-stream.ts";
import type { StreamHandlers } from "../../stream.ts";
import { createLink, type Link } from "../link.ts";
import { linkDialer } from "../link-dialer.ts";
import { parseLink } from "../overlay.ts";
import type { PacketChannel } from "../packet-channel.ts";

export interface LinkedPair {
  readonly clock: VirtualClock;
  readonly link: Link;
  readonly device: Recorded;
  /** The broker's stream, once the SYN has got through. */
  readonly broker: Recorded | null;
  /** From now on packets pass a perfect link of 10 ms instead, or no longer. */
  calm(isCalm: boolean): void;
  /** By either side, lost ones included. */
  readonly packetsSent: number;
  advanceMs(ms: number): void;
  dialAgain(): Recorded;
}

interface Options {
  readonly seed?: number;
  readonly onDevice?: Partial<StreamHandlers>;
  readonly onBroker?: Partial<StreamHandlers>;
  readonly refuses?: boolean;
  readonly startsCalm?: boolean;
}

export function linkedPair(linkText: string, options: Options = {}): LinkedPair {
  const clock = new VirtualClock();
  const random = createRandom(options.seed ?? 1);
  const link = createLink(parseLink(linkText), clock, random.scope("storm"));
  const shelter = createLink(parseLink("perfect,delay=10ms"), clock, random.scope("calm"));
  let isCalm = options.startsCalm ?? false;
  let packetsSent = 0;
  const channel = (direction: "uplink" | "downlink"): PacketChannel => ({
    send(bytes, cargo, outlet) {
      packetsSent += 1;
      (isCalm ? shelter : link)[direction].send(bytes, cargo, outlet);
    },
  });
  const path: Link = {
    profile: link.profile,
    radioAvailability: link.radioAvailability,
    uplink: channel("uplink"),
    downlink: channel("downlink"),
    get state() {
      return link.state;
    },
    cut: () => link.cut(),
    blackhole: (durationMs) => link.blackhole(durationMs),
    onState: (listener) => link.onState(listener),
    carry: (cut) => link.carry(cut),
  };
  let broker: Recorded | null = null;
  const accept: Accept = (stream) => {
    if (options.refuses) return null;
    let handlers: StreamHandlers | undefined;
    broker = recorded((given) => {
      handlers = given;
      return stream;
    }, options.onBroker);
    return handlers as StreamHandlers;
  };
  const dialer = linkDialer(memoryDialer(clock, accept), path, clock);
  const device = dialRecorded(dialer, options.onDevice);
  return {
    clock,
    link,
    device,
    get broker() {
      return broker;
    },
    get packetsSent() {
      return packetsSent;
    },
    calm(now) {
      isCalm = now;
    },
    advanceMs: (ms) => clock.runUntil(clock.nowMs + ms),
    dialAgain: () => dialRecorded(dialer),
  };
}
