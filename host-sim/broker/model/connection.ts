// Owns the life of one connection: CONNECT first, AUTH, keep-alive, and every way it ends. Refuses to know what messages are.

import type { IAuthPacket, IConnackPacket, IDisconnectPacket } from "mqtt-packet";
import type { Stream, StreamHandlers } from "../../net/stream.ts";
import { after, type Timer } from "../../time/clock.ts";
import { type Application, admit, intervalMs, refusalOf } from "./admission.ts";
import { Authentication, type AuthenticationVerdict } from "./authentication.ts";
import type { CloseReason } from "./broker-event.ts";
import { Exchange } from "./exchange.ts";
import type { Inside } from "./inside.ts";
import { KeepAlive } from "./keep-alive.ts";
import { distortConnack } from "./lies.ts";
import { drawMs } from "./manners.ts";
import type { Version } from "./message.ts";
import type { Delivery } from "./outgoing.ts";
import { Outlet } from "./outlet.ts";
import {
  authBytes,
  authProperties,
  connackErrorBytes,
  disconnectBytes,
  PINGRESP,
  refusalBytes,
} from "./packets.ts";
import { type ClientPacket, Reader } from "./reader.ts";
import { takeSubscribe, takeUnsubscribe } from "./requests.ts";
import type { Session, SessionLink } from "./session.ts";
import { type Breach, STATEMENTS, statementId } from "./statements.ts";

/** How long a connection may be there without a CONNECT; an estimate. */
const CONNECT_LIMIT_MS = 30_000;
/** How long the client may take to close after the broker did; Linux's tcp_fin_timeout. */
const LINGER_MS = 60_000;

const UNACCEPTABLE_VERSION = 1;
const SESSION_TAKEN_OVER = 0x8e;
const KEEP_ALIVE_TIMEOUT = 0x8d;
const SERVER_SHUTTING_DOWN = 0x8b;
const NOT_AUTHORIZED = 0x87;
const CONTINUE_AUTHENTICATION = 0x18;
const NORMAL = 0;

const REASONS: Partial<Readonly<Record<CloseReason, number>>> = {
  "taken-over": SESSION_TAKEN_OVER,
  "keep-alive": KEEP_ALIVE_TIMEOUT,
  refused: NOT_AUTHORIZED,
};

export class Connection<Origin> implements SessionLink, StreamHandlers {
  readonly #stream: Stream;
  readonly #origin: Origin;
  readonly #inside: Inside<Origin>;
  readonly #onGone: (connection: Connection<Origin>) => void;
  readonly #outlet: Outlet;
  readonly #reader: Reader;
  readonly #keepAlive: KeepAlive;
  #session: Session<Origin> | null = null;
  #exchange: Exchange<Origin> | null = null;
  /** Null unless CONNECT has named the broker's method. */
  #authentication: Authentication | null = null;
  /** Of the client; 4 before CONNECT. */
  #version: Version = 4;
  /** Until CONNACK or AUTH, or of lingering. */
  #timer: Timer | null = null;
  #throttle: Timer | null = null;
  #packets = 0;
  #isHeldBack = false;
  #phase: "open" | "disconnected" | "over" = "open";

  /** `onGone` is called once, when the stream has closed. */
  constructor(
    stream: Stream,
    origin: Origin,
    inside: Inside<Origin>,
    onGone: (gone: Connection<Origin>) => void,
  ) {
    this.#stream = stream;
    this.#origin = origin;
    this.#inside = inside;
    this.#onGone = onGone;
    this.#outlet = new Outlet(stream, inside);
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
    this.#holdBack();
    this.#slowDown(bytes.length);
  }

  onDrain(): void {
    this.#outlet.drained();
    if (this.#isHeldBack && this.#phase === "open") this.#stream.resume();
    this.#isHeldBack = false;
  }

  onEnd(): void {
    this.close("connection-ended");
    this.#outlet.end();
  }

  onClose(): void {
    this.close("connection-reset");
    this.#outlet.closed();
    this.#timer?.cancel();
    this.#throttle?.cancel();
    this.#phase = "over";
    this.#onGone(this);
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
    const reason = this.#reasonFor(why);
    if (reason !== undefined && this.#session?.version === 5) this.#outlet.write(disconnectBytes(reason));
    this.#finish(why, why !== "disconnect");
    if (why === "broker-stopped" && !this.#inside.manners().announcesStop) this.#outlet.destroy();
  }

  /** What DISCONNECT says in MQTT 5; undefined: there is none. */
  #reasonFor(why: CloseReason): number | undefined {
    const { closeReason, announcesStop } = this.#inside.manners();
    if (why === "broker-closed") return closeReason;
    if (why === "broker-stopped") return announcesStop ? SERVER_SHUTTING_DOWN : undefined;
    return REASONS[why];
  }

  #connect(application: Application): void {
    const { packet, version } = application;
    this.#version = version;
    this.#keepAlive.begin((packet.keepalive ?? 0) * 1500); // [MQTT3-3.1.2-24]
    const { authenticationMethod: name, authenticationData: data } = packet.properties ?? {};
    if (name === undefined && data !== undefined) return this.#fail("authDataAlone", version);
    const { authentication } = this.#inside;
    if (name !== undefined && name === authentication?.name) {
      this.#authentication = new Authentication(authentication, application);
      return this.#authenticate(this.#authentication, data);
    }
    const isLate = this.#answer(() => {
      this.#decide(application);
      this.#reader.resume();
    });
    if (isLate) this.#reader.hold();
  }

  /** Now, or after a delay, which is answered. */
  #answer(say: () => void): boolean {
    const delayMs = drawMs(this.#inside.manners().connackDelayMs, this.#inside.random);
    if (delayMs === 0) say();
    else {
      this.#timer = after(this.#inside.clock, delayMs, () => {
        this.#outlet.gather();
        say();
        this.#outlet.flush();
      });
    }
    return delayMs > 0;
  }

  /** Nothing is held back until the answer: what comes before it is out of turn. */
  #authenticate(authentication: Authentication, data: Uint8Array | undefined): void {
    const verdict = authentication.judge(data);
    this.#answer(() => {
      authentication.answered(verdict);
      this.#sayVerdict(authentication, verdict);
    });
  }

  #sayVerdict({ method, application }: Authentication, verdict: AuthenticationVerdict): void {
    const isConnected = this.#session !== null;
    const refusal = isConnected ? null : refusalOf(application, this.#inside);
    if (refusal !== null) return this.#refuse(refusal);
    if (verdict.kind === "refused")
      return isConnected ? this.close("refused") : this.#refuse(connackErrorBytes(NOT_AUTHORIZED));
    const said = authProperties(method, verdict.data);
    if (verdict.kind === "challenge") this.#outlet.write(authBytes(CONTINUE_AUTHENTICATION, said));
    else if (isConnected) this.#outlet.write(authBytes(NORMAL, said));
    else this.#admit(application, said);
  }

  #decide(application: Application): void {
    const refusal = refusalOf(application, this.#inside);
    if (refusal === null) this.#admit(application, {});
    else this.#refuse(refusal);
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
    if (packet.cmd === "auth") return this.#takeAuth(packet);
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

  #takeAuth(packet: IAuthPacket): Breach | null {
    const authentication = this.#authentication;
    if (authentication === null) return "authUnasked";
    const breach = authentication.breachOf(packet);
    if (breach === null) this.#authenticate(authentication, packet.properties?.authenticationData);
    return breach;
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
    const { what, reason } = STATEMENTS[breach];
    const clientId = this.#session?.clientId ?? null;
    const statement = statementId(breach, version);
    this.#inside.observer({ kind: "illegal", origin: this.#origin, clientId, statement, what });
    if (this.#phase === "disconnected") return this.#outlet.destroy();
    if (breach === "clientIdLength" || breach === "emptyIdNotClean")
      this.#outlet.write(refusalBytes(2, version));
    else if (version === 5) {
      this.#outlet.write(this.#session === null ? connackErrorBytes(reason) : disconnectBytes(reason));
    }
    this.#finish("illegal", true);
  }

  /** The broker's part is done: FIN, and the session goes its way. */
  #finish(why: CloseReason, isWillDue: boolean): void {
    this.#phase = why === "disconnect" ? "disconnected" : "over";
    if (why !== "disconnect") this.#reader.end();
    this.#keepAlive.end();
    this.#throttle?.cancel();
    this.#timer?.cancel();
    const isSudden = why === "broker-stopped" && !this.#inside.manners().announcesStop;
    if (why !== "connection-reset" && !isSudden) this.#hangUp();
    const session = this.#session;
    this.#inside.observer({ kind: "closed", origin: this.#origin, clientId: session?.clientId ?? null, why });
    if (session !== null) this.#leave(session, isWillDue);
  }

  #hangUp(): void {
    this.#outlet.end();
    this.#stream.resume();
    this.#timer = after(this.#inside.clock, LINGER_MS, () => this.#outlet.destroy());
  }

  #leave(session: Session<Origin>, isWillDue: boolean): void {
    const { wills, sessions } = this.#inside;
    session.link = null;
    session.incoming.forgetRequests();
    if (isWillDue) wills.owe(session);
    else session.will = null;
    sessions.leave(session);
  }

  /** Who asks and never reads the answers is not listened to any more, until it does. */
  #holdBack(): void {
    if (this.#outlet.backlogBytes <= this.#inside.limits.backlogBytes || this.#phase !== "open") return;
    this.#isHeldBack = true;
    this.#stream.pause();
  }

  #slowDown(bytes: number): void {
    const { readBytesPerSecond } = this.#inside.manners();
    if (readBytesPerSecond === null || this.#phase !== "open") return;
    this.#stream.pause();
    this.#throttle = after(this.#inside.clock, (bytes / readBytesPerSecond) * 1000, () =>
      this.#stream.resume(),
    );
  }
}
