// Owns what the broker does about SUBSCRIBE and UNSUBSCRIBE. Refuses to know how messages are sent.

import type { ISubscribePacket, IUnsubscribePacket } from "mqtt-packet";
import type { Inside } from "./inside.ts";
import { happens } from "./manners.ts";
import type { QoS } from "./message.ts";
import type { Outlet } from "./outlet.ts";
import { subackBytes, unsubackBytes } from "./packets.ts";
import type { Session } from "./session.ts";
import type { Breach } from "./statements.ts";

export interface RequestParts<Origin> {
  readonly session: Session<Origin>;
  readonly outlet: Outlet;
  readonly inside: Inside<Origin>;
}

type Wish = ISubscribePacket["subscriptions"][number];

const REFUSED = 0x80;
const SHARED_NOT_SUPPORTED = 0x9e;
const NO_SUBSCRIPTION_EXISTED = 0x11;

export function takeSubscribe<Origin>(packet: ISubscribePacket, parts: RequestParts<Origin>): Breach | null {
  const { session, outlet } = parts;
  const id = packet.messageId as number;
  if (session.incoming.isInUse(id)) return "idInUse";
  session.incoming.awaitAnswer(id, null);
  const identifier = packet.properties?.subscriptionIdentifier ?? null;
  const retained: (() => void)[] = [];
  const granted = packet.subscriptions.map((wish) => subscribe(wish, identifier, parts, retained));
  outlet.answer(subackBytes(id, granted, session.version), (left) => session.incoming.answered(left), id);
  for (const deliver of retained) deliver();
  return null;
}

export function takeUnsubscribe<Origin>(
  packet: IUnsubscribePacket,
  parts: RequestParts<Origin>,
): Breach | null {
  const { session, outlet, inside } = parts;
  const id = packet.messageId as number;
  if (session.incoming.isInUse(id)) return "idInUse";
  session.incoming.awaitAnswer(id, null);
  const codes = packet.unsubscriptions.map((filter) =>
    inside.router.unsubscribe(session, filter) ? 0 : NO_SUBSCRIPTION_EXISTED,
  );
  outlet.answer(unsubackBytes(id, codes, session.version), (left) => session.incoming.answered(left), id);
  return null;
}

/** Answers with the code for SUBACK, and leaves in `retained` what is to be sent after it. */
function subscribe<Origin>(
  { topic: filter, qos, nl, rap, rh }: Wish,
  identifier: number | null,
  { session, inside }: RequestParts<Origin>,
  retained: (() => void)[],
): number {
  const { router, manners, random } = inside;
  const { grantMost, refuseFilter } = manners();
  if (session.version === 5 && filter.startsWith("$share/")) return SHARED_NOT_SUPPORTED;
  if (happens(refuseFilter, random)) return REFUSED;
  const granted = Math.min(qos, grantMost) as QoS;
  const isNew = router.subscribe(session, filter, {
    qos: granted,
    isNoLocal: nl === true,
    isRetainAsPublished: rap === true,
    id: identifier,
  });
  const handling = rh ?? 0;
  if (handling === 0 || (handling === 1 && isNew)) {
    retained.push(() => deliverRetained(filter, granted, identifier, { session, inside }));
  }
  return granted;
}

function deliverRetained<Origin>(
  filter: string,
  granted: QoS,
  identifier: number | null,
  { session, inside }: Pick<RequestParts<Origin>, "session" | "inside">,
): void {
  const { router, clock } = inside;
  for (const message of router.retained.matching(filter, clock.nowMs)) {
    router.deliver(session, {
      message,
      qos: Math.min(message.qos, granted) as QoS,
      // [MQTT3-3.3.1-8]
      retain: true,
      subscriptionIds: identifier === null ? [] : [identifier],
    });
  }
}
