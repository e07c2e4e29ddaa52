// A broker by script: it answers what the device sends, or keeps silent, and remembers every packet. Knows no sessions: a
// test says what it pretends.
import mqttPacket, { type IPublishPacket, type Packet } from "mqtt-packet";

export interface Received {
  readonly topic: string;
  readonly text: string;
  readonly qos: number;
  readonly retain: boolean;
  readonly dup: boolean;
  readonly messageId: number | undefined;
}

export class ScriptedBroker {
  readonly packets: Packet[] = [];
  sessionPresent = false;
  /** Whether publishes are acknowledged. */
  acknowledges = true;
  /** MQTT 5: the reason in the first acknowledgement of each message above QoS 0. */
  reasonCode = 0;
  #version = 4;
  #parser = mqttPacket.parser();
  #answers: Buffer[] = [];
  #nextId = 1;

  constructor() {
    this.connectionOpened();
  }

  connectionOpened(): void {
    this.#answers = [];
    this.#parser = mqttPacket.parser();
    this.#parser.on("packet", (packet) => {
      this.packets.push(packet);
      this.#answer(packet);
    });
    this.#parser.on("error", (error) => {
      throw error;
    });
  }

  /** Takes what the device sent, and answers what it sends back. */
  take(bytes: Uint8Array): void {
    this.#parser.parse(Buffer.from(bytes));
  }

  /** What waits to be sent to the device. */
  takeAnswers(): Buffer {
    const bytes = Buffer.concat(this.#answers);
    this.#answers = [];
    return bytes;
  }

  publish(topic: string, payload: string | Buffer, retain = false): void {
    this.#send({ cmd: "publish", topic, payload, retain, qos: 1, dup: false, messageId: this.#nextId++ });
  }

  #send(packet: Packet): void {
    this.#answers.push(mqttPacket.generate(packet, { protocolVersion: this.#version }));
  }

  #answer(packet: Packet): void {
    switch (packet.cmd) {
      case "connect":
        this.#version = packet.protocolVersion ?? 4;
        this.#send({ cmd: "connack", returnCode: 0, reasonCode: 0, sessionPresent: this.sessionPresent });
        return;
      case "subscribe": {
        const granted = packet.subscriptions.map(({ qos }) => qos);
        this.#send({ cmd: "suback", messageId: packet.messageId ?? 0, granted });
        return;
      }
      case "publish":
        this.#acknowledge(packet);
        return;
      case "pubrel":
        this.#send({ cmd: "pubcomp", messageId: packet.messageId ?? 0 });
        return;
      case "pingreq":
        this.#send({ cmd: "pingresp" });
        return;
    }
  }

  #acknowledge({ qos, messageId }: IPublishPacket): void {
    if (!this.acknowledges || qos === 0 || messageId === undefined) return;
    this.#send({ cmd: qos === 1 ? "puback" : "pubrec", messageId, reasonCode: this.reasonCode });
  }

  ofKind<K extends Packet["cmd"]>(cmd: K): readonly Extract<Packet, { cmd: K }>[] {
    return this.packets.filter((packet): packet is Extract<Packet, { cmd: K }> => packet.cmd === cmd);
  }

  /** Messages of the topics that end in `level`, in the order they came. */
  messages(level: "status" | "reading" | "error"): readonly Received[] {
    return this.ofKind("publish")
      .filter(({ topic }) => topic.endsWith(`/${level}`))
      .map(({ topic, payload, qos, retain, dup, messageId }) => ({
        topic,
        text: payload.toString(),
        qos,
        retain,
        dup,
        messageId,
      }));
  }

  texts(level: "status" | "reading" | "error"): readonly string[] {
    return this.messages(level).map(({ text }) => text);
  }

  /** The sequence numbers of the readings, in the order they came. */
  sequence(): readonly number[] {
    return this.texts("reading").map((text) => JSON.parse(text).seq);
  }
}
