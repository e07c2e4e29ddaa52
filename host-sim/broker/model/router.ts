// Owns the way of a message to those who subscribed to it. Refuses to know packets and connections.

import type { BrokerEvent } from "./broker-event.ts";
import type { Limits } from "./limits.ts";
import type { Message, QoS } from "./message.ts";
import type { Delivery } from "./outgoing.ts";
import { Retained } from "./retained.ts";
import type { Session, Subscription } from "./session.ts";
import { type Match, TopicTree } from "./topic-tree.ts";

export interface RouterSurroundings<Origin> {
  readonly limits: Limits;
  readonly observer: (event: BrokerEvent<Origin>) => void;
}

/** A message for one session, whichever of its subscriptions match. */
interface Copy {
  qos: QoS;
  isRetainAsPublished: boolean;
  readonly ids: number[];
}

export class Router<Origin> {
  readonly #tree = new TopicTree<Session<Origin>, Subscription>();
  readonly #around: RouterSurroundings<Origin>;
  readonly retained = new Retained();
  routed = 0;

  constructor(around: RouterSurroundings<Origin>) {
    this.#around = around;
  }

  /** `from` is the session that published it, if one did. */
  route(message: Message, origin: Origin | null, from: Session<Origin> | null): void {
    const { topic, payload, qos, retain } = message;
    this.routed += 1;
    this.#around.observer({ kind: "routed", origin, topic, payload, qos, retain });
    if (retain) this.retained.keep(message);
    const matches = this.#tree.match(topic);
    const [first] = matches;
    if (first === undefined) return;
    if (matches.length === 1) this.#deliverOnly(first, message, from);
    else for (const [session, copy] of copies(matches, from)) this.#deliverCopy(session, copy, message);
  }

  /** As `copies` would have it; nearly always there is one match, and then nothing to bring together. */
  #deliverOnly(
    { owner: session, value }: Match<Session<Origin>, Subscription>,
    message: Message,
    from: Session<Origin> | null,
  ): void {
    if (value.isNoLocal && session === from) return;
    this.#deliverCopy(session, copyFor(value), message);
  }

  #deliverCopy(session: Session<Origin>, copy: Copy, message: Message): void {
    this.deliver(session, {
      message,
      qos: Math.min(message.qos, copy.qos) as QoS,
      // [MQTT3-3.3.1-9]
      retain: message.retain && copy.isRetainAsPublished,
      subscriptionIds: copy.ids,
    });
  }

  deliver(session: Session<Origin>, delivery: Delivery): void {
    if (delivery.qos === 0) {
      session.link?.sendQos0(delivery);
      return;
    }
    const { clientId, origin } = session;
    const { topic, payload } = delivery.message;
    const { qos } = delivery;
    if (session.outgoing.waiting >= this.#around.limits.queueMessages) {
      this.#around.observer({ kind: "dropped", origin, clientId, topic, payload, qos, why: "queue-full" });
      return;
    }
    session.outgoing.add(delivery);
    this.#around.observer({ kind: "queued", origin, clientId, topic, payload, qos });
    session.link?.pump();
  }

  /** Answers whether the subscription is new. */
  subscribe(session: Session<Origin>, filter: string, subscription: Subscription): boolean {
    const isNew = !session.subscriptions.has(filter);
    session.subscriptions.set(filter, subscription);
    this.#tree.set(filter, session, subscription);
    return isNew;
  }

  /** Answers whether there was such a subscription. */
  unsubscribe(session: Session<Origin>, filter: string): boolean {
    this.#tree.delete(filter, session);
    return session.subscriptions.delete(filter);
  }

  forget(session: Session<Origin>): void {
    for (const filter of session.subscriptions.keys()) this.#tree.delete(filter, session);
  }
}

/** [MQTT3-3.3.5-1] One for each session, at the highest QoS that it was granted. */
function copies<Origin>(
  matches: readonly Match<Session<Origin>, Subscription>[],
  from: Session<Origin> | null,
): ReadonlyMap<Session<Origin>, Copy> {
  const bySession = new Map<Session<Origin>, Copy>();
  for (const { owner: session, value } of matches) {
    const { qos, isNoLocal, isRetainAsPublished, id } = value;
    if (isNoLocal && session === from) continue;
    const copy = bySession.get(session);
    if (copy === undefined) {
      bySession.set(session, copyFor(value));
      continue;
    }
    copy.qos = Math.max(copy.qos, qos) as QoS;
    copy.isRetainAsPublished ||= isRetainAsPublished;
    if (id !== null) copy.ids.push(id);
  }
  return bySession;
}

function copyFor({ qos, isRetainAsPublished, id }: Subscription): Copy {
  return { qos, isRetainAsPublished, ids: id === null ? [] : [id] };
}
