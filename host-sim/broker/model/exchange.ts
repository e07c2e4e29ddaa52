// Owns the exchange of messages with one connected client: PUBLISH and its acknowledgements, both ways. Refuses to know how the
// connection began, and how it ends.

import type { ClientLimits } from "./admission.ts";
import type { DropReason } from "./broker-event.ts";
import type { Inside } from "./inside.ts";
import { distortAnswer } from "./lies.ts";
import { MOST_PACKET_BYTES } from "./limits.ts";
import { happens } from "./manners.ts";
import { type Message, messageOf, type PublishPacket } from "./message.ts";
import { Order } from "./order.ts";
import type { AckVerdict, Delivery } from "./outgoing.ts";
import type { Outlet } from "./outlet.ts";
import { type AckName, ackBytes, publishBytes } from "./packets.ts";
import { publishBreach } from "./publish-limits.ts";
import type { ClientPacket } from "./reader.ts";
import type { Session } from "./session.ts";
import type { Breach } from "./statements.ts";
import { TopicAliases } from "./topic-aliases.ts";

export interface ExchangeParts<Origin> {
  readonly session: Session<Origin>;
  readonly origin: Origin;
  /** Whether the session began with this connection, and its client could learn it. */
  readonly isNewSession: boolean;
  readonly outlet: Outlet;
  readonly limits: ClientLimits;
  readonly inside: Inside<Origin>;
}

const PACKET_ID_NOT_FOUND = 0x92;
const REFUSAL = 0x80;
const QUOTA_EXCEEDED = 0x97;

export class Exchange<Origin> {
  readonly #parts: ExchangeParts<Origin>;
  readonly #aliases: TopicAliases;
  /** What the client owes on this connection, in its order. */
  readonly #pubacks = new Order();
  readonly #pubrecs = new Order();
  readonly #pubrels = new Order();

  constructor(parts: ExchangeParts<Origin>) {
    this.#parts = parts;
    this.#aliases = new TopicAliases(parts.inside.limits.topicAliasMaximum);
    parts.session.incoming.begin();
  }

  /** What an earlier connection left unfinished, then what waits. */
  resume(): void {
    this.#parts.session.outgoing.resend(
      (id) => this.#acknowledge("pubrel", id),
      (id, delivery) => this.#send(id, delivery, true),
    );
    this.pump();
  }

  /** Answers with what it breaks, or null. */
  take(packet: ClientPacket): Breach | null {
    switch (packet.cmd) {
      case "publish":
        return this.#takePublish(packet);
      case "puback":
        return this.#takePuback(packet.messageId as number);
      case "pubrec":
        return this.#takePubrec(packet.messageId as number, (packet.reasonCode ?? 0) >= REFUSAL);
      case "pubrel":
        return this.#takePubrel(packet.messageId as number);
      case "pubcomp":
        return this.#takePubcomp(packet.messageId as number);
      default:
        return "notForServers";
    }
  }

  /** Sends what waits, as far as the client takes it. */
  pump(): void {
    const { session, limits } = this.#parts;
    while (session.outgoing.inflight < limits.receiveMaximum) {
      const delivery = session.outgoing.next();
      if (delivery === null) return;
      if (!this.#isDropped(delivery)) this.#sendFirst(delivery);
    }
  }

  sendQos0(delivery: Delivery): void {
    if (!this.#isDropped(delivery)) this.#send(0, delivery, false);
  }

  #takePublish(packet: PublishPacket): Breach | null {
    const { session, inside } = this.#parts;
    const breach = publishBreach(packet, session.version, session.incoming.open, inside.limits);
    if (breach !== null) return breach;
    const alias = packet.properties?.topicAlias;
    const topic = alias === undefined ? packet.topic : this.#aliases.resolve(packet.topic, alias);
    if (topic === null) return "aliasUnknown";
    const message = messageOf(topic, packet, inside.clock.nowMs);
    if (packet.qos === 0) {
      this.#route(message, this.#parts.origin);
      return null;
    }
    return this.#takeAcknowledged(packet.messageId as number, packet.dup === true, message);
  }

  #takeAcknowledged(id: number, isDup: boolean, message: Message): Breach | null {
    const { session, isNewSession } = this.#parts;
    const arrival = session.incoming.judge(id, isDup, message, isNewSession, session.version);
    if (arrival === "repeat") this.#sendPubrec(id);
    else if (arrival !== "new") return arrival;
    else if (message.qos === 1) this.#takeQos1(id, message);
    else this.#takeQos2(id, message);
    return null;
  }

  #takeQos1(id: number, message: Message): void {
    const reason = this.#refusal();
    if (reason === 0) this.#route(message, this.#parts.origin);
    const hasLeft = this.#answer("puback", id, reason, this.#onAnswered);
    if (!hasLeft) this.#parts.session.incoming.awaitAnswer(id, message);
  }

  #takeQos2(id: number, message: Message): void {
    const { session, origin, inside } = this.#parts;
    if (this.#refusal() !== 0) return this.#refuseQos2(id, message);
    const isRouted = inside.manners().routeQos2 === "at-publish";
    session.incoming.hold(id, { message, origin, isRouted, isReceived: false });
    if (isRouted) this.#route(message, origin);
    this.#sendPubrec(id);
  }

  /** The exchange is over with that, and its id free. */
  #refuseQos2(id: number, message: Message): void {
    const hasLeft = this.#answer("pubrec", id, QUOTA_EXCEEDED, this.#onAnswered);
    if (!hasLeft) this.#parts.session.incoming.awaitAnswer(id, message);
  }

  /** The reason code for a message that is not taken, 0 for one that is. */
  #refusal(): number {
    const { manners, random } = this.#parts.inside;
    return this.#parts.session.version === 5 && happens(manners().reject, random) ? QUOTA_EXCEEDED : 0;
  }

  #sendPubrec(id: number): void {
    this.#answer("pubrec", id, 0, this.#onReceived);
  }

  #takePubrel(id: number): Breach | null {
    const { session } = this.#parts;
    const held = session.incoming.held(id);
    if (held?.isReceived === false) return "pubrelEarly";
    if (!this.#pubrels.answer(id)) return "pubrelOrder";
    session.incoming.release(id);
    if (held !== undefined && !held.isRouted) this.#route(held.message, held.origin);
    // one that nobody knows is answered too: its PUBCOMP may have been lost
    const reason = held === undefined ? PACKET_ID_NOT_FOUND : 0;
    const hasLeft = this.#answer("pubcomp", id, reason, this.#onAnswered);
    if (!hasLeft && held !== undefined) session.incoming.awaitAnswer(id, held.message);
    return null;
  }

  /** Whether it has left already. */
  #answer(name: AckName, id: number, reason: number, onLeft: (id: number) => void): boolean {
    const { session, outlet, inside } = this.#parts;
    const bytes = ackBytes(name, id, session.version, reason);
    const lie = inside.lies().answer;
    return outlet.answer(lie === null ? bytes : distortAnswer(bytes, name, lie), onLeft, id);
  }

  readonly #onAnswered = (id: number): void => this.#parts.session.incoming.answered(id);

  readonly #onReceived = (id: number): void => {
    const held = this.#parts.session.incoming.held(id);
    if (held !== undefined) held.isReceived = true;
    this.#pubrels.expect(id);
  };

  #route(message: Message, origin: Origin): void {
    this.#parts.inside.router.route(message, origin, this.#parts.session);
  }

  #takePuback(id: number): Breach | null {
    if (!this.#pubacks.answer(id)) return "pubackOrder";
    if (this.#isIgnored()) return null;
    return this.#settle(this.#parts.session.outgoing.puback(id));
  }

  #takePubrec(id: number, isRefusal: boolean): Breach | null {
    if (!this.#pubrecs.answer(id)) return "pubrecOrder";
    if (this.#isIgnored()) return null;
    const verdict = this.#parts.session.outgoing.pubrec(id, isRefusal);
    if (verdict.kind === "goes-on" || verdict.kind === "late") this.#acknowledge("pubrel", id);
    return this.#settle(verdict);
  }

  #takePubcomp(id: number): Breach | null {
    if (this.#isIgnored()) return null;
    return this.#settle(this.#parts.session.outgoing.pubcomp(id));
  }

  #isIgnored(): boolean {
    const { manners, random } = this.#parts.inside;
    return happens(manners().ignoreAck, random);
  }

  #settle(verdict: AckVerdict): Breach | null {
    switch (verdict.kind) {
      case "done":
        this.#tell("acknowledged", verdict.delivery);
        this.pump();
        return null;
      case "foreign":
        return "ackForeign";
      case "other-kind":
        return "ackOfOtherKind";
      case "early":
        return "pubcompEarly";
      default:
        return null;
    }
  }

  /** [MQTT5-3.3.2-5] [MQTT5-3.1.2-25] */
  #isDropped(delivery: Delivery): boolean {
    const why = this.#dropReason(delivery);
    if (why === null) return false;
    const { session, inside } = this.#parts;
    const { clientId, origin } = session;
    const { topic, payload } = delivery.message;
    inside.observer({ kind: "dropped", origin, clientId, topic, payload, qos: delivery.qos, why });
    return true;
  }

  #dropReason(delivery: Delivery): DropReason | null {
    const { inside, limits, session, outlet } = this.#parts;
    const { nowMs } = inside.clock;
    if (delivery.qos === 0 && outlet.backlogBytes > inside.limits.backlogBytes) return "not-read";
    if (delivery.message.expiresMs <= nowMs) return "expired";
    if (limits.maximumPacketBytes === MOST_PACKET_BYTES) return null;
    const bytes = publishBytes(delivery, 1, false, session.version, nowMs);
    return bytes.length > limits.maximumPacketBytes ? "too-large" : null;
  }

  #sendFirst(delivery: Delivery): void {
    const { session, inside } = this.#parts;
    const id = session.outgoing.send(delivery);
    this.#send(id, delivery, false);
    // [MQTT5-4.4.0-1] forbids it
    if (session.version !== 5 && happens(inside.manners().repeat, inside.random))
      this.#send(id, delivery, true);
  }

  #send(id: number, delivery: Delivery, isDup: boolean): void {
    const { session, outlet, inside } = this.#parts;
    if (delivery.qos === 1) this.#pubacks.expect(id);
    if (delivery.qos === 2) this.#pubrecs.expect(id);
    outlet.write(publishBytes(delivery, id, isDup, session.version, inside.clock.nowMs));
    this.#tell("sent", delivery);
  }

  #acknowledge(name: AckName, id: number): void {
    const { outlet, session } = this.#parts;
    outlet.write(ackBytes(name, id, session.version, 0));
  }

  #tell(kind: "sent" | "acknowledged", delivery: Delivery): void {
    const { session, inside } = this.#parts;
    const { clientId, origin } = session;
    const { topic, payload } = delivery.message;
    inside.observer({ kind, origin, clientId, topic, payload, qos: delivery.qos });
  }
}
