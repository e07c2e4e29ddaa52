// Owns a broker in a few lines: it answers what a client sends, counts what it was given, and may forget its session. Knows
// neither a network nor a clock.

import { type IPublishPacket, type Packet, parser } from "mqtt-packet";
import { packetBytes } from "./notation.ts";

/**
 * What the broker has and answers. QoS 2 ids live as long as the session. A new session counts from the client's first packet
 * after CONNACK: if the CONNACK that announced it is lost, 3.1.1 has no way to tell it from the old one.
 */
export class SmallBroker {
  /** How often each payload arrived as a message of its own. */
  readonly delivered = new Map<string, number>();
  /** What had arrived when a session was forgotten: it may be published again as new, and then dropped unsent. */
  readonly forgotten = new Set<string>();
  #unreleased = new Set<number>();
  #hasSession = false;
  #isClean = true;
  #parser = parser({ protocolVersion: 4 });
  #answers: Buffer[] = [];
  readonly #onError: (problem: string) => void;

  constructor(onError: (problem: string) => void) {
    this.#onError = onError;
  }

  /** A new transport; the session may be forgotten between two. */
  open(forgets: boolean): void {
    if (forgets) this.#hasSession = false;
    this.#parser = parser({ protocolVersion: 4 });
    this.#parser.on("packet", (packet) => this.#take(packet));
    this.#parser.on("error", ({ message }) => this.#onError(message));
    this.#answers = [];
  }

  receive(bytes: Buffer): readonly Buffer[] {
    this.#parser.parse(bytes);
    const answers = this.#answers;
    this.#answers = [];
    return answers;
  }

  #answer(line: string): void {
    this.#answers.push(packetBytes(line));
  }

  #take(packet: Packet): void {
    if (packet.cmd === "connect") {
      this.#accept(packet.clean === true);
      return;
    }
    this.#hasSession = !this.#isClean;
    if (packet.cmd === "publish") this.#publish(packet);
    else if (packet.cmd === "pubrel") {
      this.#unreleased.delete(packet.messageId ?? 0);
      this.#answer(`PUBCOMP id=${packet.messageId}`);
    } else if (packet.cmd === "subscribe")
      this.#answer(
        `SUBACK id=${packet.messageId} codes=${packet.subscriptions.map(({ qos }) => qos).join(",")}`,
      );
    else if (packet.cmd === "unsubscribe") this.#answer(`UNSUBACK id=${packet.messageId}`);
    else if (packet.cmd === "pingreq") this.#answer("PINGRESP");
  }

  #accept(isClean: boolean): void {
    const isPresent = this.#hasSession && !isClean;
    if (!isPresent) {
      this.#unreleased.clear();
      for (const text of this.delivered.keys()) this.forgotten.add(text);
    }
    this.#hasSession = isPresent;
    this.#isClean = isClean;
    this.#answer(`CONNACK sp=${isPresent ? 1 : 0} code=0`);
  }

  #publish({ qos, messageId = 0, payload, dup }: IPublishPacket): void {
    const isKnown = qos === 2 && this.#unreleased.has(messageId);
    if (isKnown && !dup) this.#onError("an id that is in use is used again without DUP");
    if (qos === 2) this.#unreleased.add(messageId);
    const text = payload.toString();
    if (!isKnown) this.delivered.set(text, (this.delivered.get(text) ?? 0) + 1);
    if (qos > 0) this.#answer(`${qos === 1 ? "PUBACK" : "PUBREC"} id=${messageId}`);
  }
}
