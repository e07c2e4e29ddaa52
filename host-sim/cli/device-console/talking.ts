// Owns what `auth` and `disconnect` lines have the client say to the broker, and its goodbye. Answers statuses; prints nothing.
import { OptionError } from "../../client/errors.ts";
import { sessionExpiryOf } from "../../client/five-settings.ts";
import { leavingOf } from "../../client/leaving.ts";
import { PreparedProperties } from "../../client/prepared-properties.ts";
import { encodeProperties } from "../../client/properties/encode.ts";
import { fiveField } from "../../device/block.ts";
import type { Core } from "../../device/core.ts";
import { Packet, Reason, Status } from "../../device/layout.generated.ts";
import { propertiesFrom } from "./json-properties.ts";
import type { AuthRequest, ConnectRequest, DisconnectRequest } from "./request.ts";

const GOODBYE_MS = 2000;

export class Talking {
  readonly #core: Core;
  readonly #block: number;
  readonly #prepared: PreparedProperties;

  constructor(core: Core, block: number) {
    this.#core = core;
    this.#block = block;
    this.#prepared = new PreparedProperties(core, block);
  }

  /** Throws an `OptionError`. `connect`: the request that the connection is of. */
  authenticate(request: AuthRequest, connect: ConnectRequest | null): number {
    if (connect === null) return Status.WrongPhase;
    const { authenticationMethod } = propertiesFrom(connect.properties);
    const bytes = encodeProperties(this.#core, Packet.Auth, {
      ...(authenticationMethod !== undefined && { authenticationMethod }),
      ...propertiesFrom(request.properties),
    });
    const due = this.#dueCode();
    if (request.reasonCode !== undefined && request.reasonCode !== due)
      throw new OptionError(`auth: reasonCode: accepted now: ${due}`);
    const send = (text: number): number => this.#core.exports.authenticate(this.#block, text);
    return this.#prepared.use(Packet.Auth, bytes, send);
  }

  /** Throws an `OptionError`. */
  leave(request: DisconnectRequest, connect: ConnectRequest | null, nowMs: number): number {
    if (connect === null) return Status.WrongPhase;
    const properties = propertiesFrom(request.properties);
    const expiry = sessionExpiryOf(connect.clean, propertiesFrom(connect.properties));
    const { reasonCode, bytes } = leavingOf(this.#core, { ...request, properties }, expiry);
    if (reasonCode === 0 && bytes.length === 0) return this.goodbye(nowMs);
    return this.#prepared.use(Packet.Disconnect, bytes, (text) =>
      this.#core.exports.disconnectWith(this.#block, reasonCode, text, GOODBYE_MS, nowMs),
    );
  }

  /** Without a word about why. */
  goodbye(nowMs: number): number {
    return this.#core.exports.disconnect(this.#block, GOODBYE_MS, nowMs);
  }

  /** The client was made anew. */
  forget(): void {
    this.#prepared.forgetAll();
  }

  /** An exchange under way is continued, and otherwise begun anew. */
  #dueCode(): number {
    const isUnderWay = fiveField(this.#core, this.#block, "auth") !== 0;
    return isUnderWay ? Reason.ContinueAuthentication : Reason.ReAuthenticate;
  }
}
