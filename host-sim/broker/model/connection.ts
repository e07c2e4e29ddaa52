// Owns the life of one connection: whose turn each packet is, keep-alive, and every way it ends. Refuses to know what messages
// are, and how a CONNECT is answered.

import type { IConnackPacket, IDisconnectPacket } from "mqtt-packet";
import type { Stream, StreamHandlers } from "../../net/stream.ts";
import { after, type Timer } from "../../time/clock.ts";
import { type Application, admit, intervalMs } from "./admission.ts";
import type { CloseReason } from "./broker-event.ts";
import { isSudden, lastWordsOn, leave, reasonFor } from "./ending.ts";
import { Exchange } from "./exchange.ts";
import { Greeting } from "./greeting.ts";
import type { Inside } from "./inside.ts";
import { Intake } from "./intake.ts";
import { KeepAlive } from "./keep-alive.ts";
import { distortConnack } from "./lies.ts";
import type { Version } from "./message.ts";
import type { Delivery } from "./outgoing.ts";
import { Outlet } from "./outlet.ts";
import { disconnectBytes, PINGRESP, refusalBytes } from "./packets.ts";
import { type ClientPacket, Reader } from "./reader.ts";
import { takeSubscribe, takeUnsubscribe } from "./requests.ts";
import type { Session, SessionLink } from "./session.ts";
import { type Breach, STATEMENTS, statementId } from "./statements.ts";

/** How long a connection may be there without a CONNECT; an estimate. */
const CONNECT_LIMIT_MS = 30_000;
/** How long the client may take to close after the broker did; Linux's tcp_fin_timeout. */
const LINGER_MS = 60_000;

const UNACCEPTABLE_VERSION = 1;
const NORMAL = 0;

export class Connection<Origin> implements SessionLink, StreamHandlers {
  readonly #stream: Stream;
  readonly #origin: Origin;
  readonly #inside: Inside<Origin>;
  readonly #onGone: () => void;
  readonly #outlet: Outlet;
  readonly #intake: Intake;
  readonly #reader: Reader;
  readonly #greeting: Greeting<Origin>;
  readonly #keepAlive: KeepAlive;
  #session: Session<Origin> | null = null;
  #exchange: Exchange<Origin> | null = null;
  /** Of the client; 4 before CONNECT. */
  #version: Version = 4;
  #linger: Timer | null = null;
  #packets = 0;
  #phase: "open" | "disconnected" | "over" = "open";

  /** `onGone` is called once, when the stream has closed. */
  constructor(stream: Stream, origin: Origin, inside: Inside<Origin>, onGone: () => void) {
    this.#stream = stream;
    this.#origin = origin;
    this.#inside = inside;
    this.#onGone = onGone;
    this.#outlet = new Outlet(stream, inside);
    this.#intake = new Intake(stream, inside);
    this.#keepAlive = new KeepAlive(inside.clock, () => this.close("keep-alive"));
    this.#reader = new Reader(
      {
        onConnect: (packet, version) => this.#connect({ packet, version }),
        onUnknownLevel: (level) => this.#refuseLevel(level),
        onPacket: (packet) => this.#take(packet),
        onBreach: (breach, version) => this.#fail(breach, version),
      },
      inside.limits.maximumPacketBytes,
      inside.readerMemory,
    );
    this.#greeting = new Greeting(
      { inside, outlet: this.#outlet, reader: this.#reader },
      {
        onAccepted: (application, agreed) => this.#admit(application, agreed),
        onRefused: (connack) => this.#refuse(connack),
        onExpelled: () => this.close("refused"),
      },
    );
  }

  onOpen(): void {
    this.#keepAlive.begin(CONNECT_LIMIT_MS);
  }

  onData(bytes: Uint8Array): void {
    if (this.#phase === "over") {
      // nobody reads here any more: a socket that was closed answers with a reset
      this.#outlet.destroy();
      return;
    }
    this.#outlet.gather();
    this.#reader.read(bytes);
    this.#outlet.flush();
    if (this.#phase === "open") this.#intake.took(bytes.length, this.#outlet.backlogBytes);
  }

  onDrain(): void {
    this.#outlet.drained();
    this.#intake.drained();
  }

  onEnd(): void {
    this.close("connection-ended");
    this.#outlet.end();
  }

  onClose(): void {
    this.close("connection-reset");
    this.#outlet.closed();
    this.#linger?.cancel();
    this.#phase = "over";
    this.#onGone();
  }

  pump(): void {
    this.#exchange?.pump();
  }

  sendQos0(delivery: Delivery): void {
    this.#exchange?.sendQos0(delivery);
  }

  writeRaw(bytes: Uint8Array): void {
    this.#outlet.write(bytes);
  }

  get session(): Session<Origin> | null {
    return this.#session;
  }

  close(why: CloseReason): void {
    if (this.#phase !== "open") {
      if (why === "broker-stopped") this.#outlet.destroy();
      return;
    }
    const manners = this.#inside.manners();
    const reason = reasonFor(why, manners);
    if (reason !== undefined && this.#session?.version === 5) this.#outlet.write(disconnectBytes(reason));
    this.#finish(why, why !== "disconnect");
    if (isSudden(why, manners)) this.#outlet.destroy();
  }

  #connect(application: Application): void {
    const { packet, version } = application;
    this.#version = version;
    this.#keepAlive.begin((packet.keepalive ?? 0) * 1500); // [MQTT3-3.1.2-24]
    const breach = this.#greeting.take(application);
    if (breach !== null) this.#fail(breach, version);
  }

  #admit(application: Application, agreed: IConnackPacket["properties"]): void {
    const admission = admit(application, agreed, this.#origin, this.#inside);
    const { packet, version } = application;
    const { session, isNew, connack, keepAliveMs, limits } = admission;
    this.#keepAlive.begin(keepAliveMs);
    this.#session = session;
    session.link = this;
    const lie = this.#inside.lies().connack;
    this.#outlet.write(lie === null ? connack : distortConnack(connack, lie));
    // 3.1 has no Session Present: a client that wanted its session cannot know
    const isNewSession = isNew && (version !== 3 || packet.clean === true);
    const parts = {
      session,
      origin: this.#origin,
      isNewSession,
      outlet: this.#outlet,
      limits,
      inside: this.#inside,
    };
    this.#exchange = new Exchange(parts);
    this.#exchange.resume();
    this.#count();
  }

  #refuseLevel(level: number): void {
    this.#refuse(refusalBytes(UNACCEPTABLE_VERSION, level > 5 ? 5 : 4));
  }

  #refuse(connack: Uint8Array): void {
    this.#outlet.write(connack);
    this.#finish("refused", false);
  }

  #take(packet: ClientPacket): void {
    if (this.#phase === "disconnected") return this.#fail("afterDisconnect", this.#version);
    this.#keepAlive.heard();
    const breach = this.#handle(packet);
    if (breach !== null) this.#fail(breach, this.#version);
    else this.#count();
  }

  #handle(packet: ClientPacket): Breach | null {
    const session = this.#session;
    const exchange = this.#exchange;
    if (packet.cmd === "auth") return this.#greeting.takeAuth(packet);
    if (packet.cmd === "disconnect") return this.#takeDisconnect(packet);
    // without a method, what comes early is held back
    if (session === null || exchange === null) return "beforeConnack";
    const parts = { session, outlet: this.#outlet, inside: this.#inside };
    switch (packet.cmd) {
      case "pingreq":
        this.#outlet.write(PINGRESP);
        return null;
      case "subscribe":
        return takeSubscribe(packet, parts);
      case "unsubscribe":
        return takeUnsubscribe(packet, parts);
      default:
        return exchange.take(packet);
    }
  }

  #takeDisconnect(packet: IDisconnectPacket): Breach | null {
    const session = this.#session;
    const seconds = packet.properties?.sessionExpiryInterval;
    if (session !== null && seconds !== undefined) {
      if (session.expiryMs === 0 && seconds > 0) return "expiryRaised";
      session.expiryMs = intervalMs(seconds);
    }
    // [MQTT3-3.14.4-3] [MQTT5-3.14.4-3]
    this.#finish("disconnect", (packet.reasonCode ?? NORMAL) !== NORMAL);
    return null;
  }

  #count(): void {
    this.#packets += 1;
    if (this.#packets === this.#inside.manners().closeAfterPackets) this.close("broker-closed");
  }

  #fail(breach: Breach, version: Version): void {
    const { what } = STATEMENTS[breach];
    const clientId = this.#session?.clientId ?? null;
    const statement = statementId(breach, version);
    this.#inside.observer({ kind: "illegal", origin: this.#origin, clientId, statement, what });
    if (this.#phase === "disconnected") return this.#outlet.destroy();
    const lastWords = lastWordsOn(breach, version, this.#session !== null);
    if (lastWords !== null) this.#outlet.write(lastWords);
    this.#finish("illegal", true);
  }

  /** The broker's part is done: FIN, and the session goes its way. */
  #finish(why: CloseReason, isWillDue: boolean): void {
    this.#phase = why === "disconnect" ? "disconnected" : "over";
    if (why !== "disconnect") this.#reader.end();
    this.#keepAlive.end();
    this.#intake.end();
    this.#greeting.end();
    if (why !== "connection-reset" && !isSudden(why, this.#inside.manners())) this.#hangUp();
    const session = this.#session;
    this.#inside.observer({ kind: "closed", origin: this.#origin, clientId: session?.clientId ?? null, why });
    if (session !== null) leave(session, isWillDue, this.#inside);
  }

  #hangUp(): void {
    this.#outlet.end();
    this.#stream.resume();
    this.#linger = after(this.#inside.clock, LINGER_MS, () => this.#outlet.destroy());
  }
}
