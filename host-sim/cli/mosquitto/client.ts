// What `pub` and `sub` need of an MQTT client for Node: a part of motekit's own, and of a test's stand-in.
import type { Properties } from "../../client/properties/table.ts";
import type { ProtocolVersion, QoS, Will } from "./options.ts";

export interface ClientOptions {
  readonly protocolVersion: ProtocolVersion;
  readonly clean: boolean;
  /** Of CONNECT, in MQTT 5. */
  readonly properties?: Properties;
  /** Resumes what an earlier process left with the broker, and publishes at QoS 0 only. */
  readonly receiveOnly?: boolean;
  /** Seconds. */
  readonly keepalive: number;
  /** Milliseconds to the next attempt after a lost connection; 0 makes none. */
  readonly reconnectPeriod: number;
  readonly clientId?: string;
  readonly username?: string;
  readonly password?: string;
  readonly will?: Will;
  /** PEM. */
  readonly ca?: Uint8Array;
  readonly cert?: Uint8Array;
  readonly key?: Uint8Array;
}

/** `qos` from 0x80 on: refused. */
export interface SubscriptionGrant {
  readonly topic: string;
  readonly qos: number;
}

export interface ReceivedPacket {
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties?: Properties;
}

interface WithProperties {
  readonly properties?: Properties;
}

export interface Client {
  on(event: "connect", listener: (packet: { readonly sessionPresent: boolean }) => void): unknown;
  on(
    event: "message",
    listener: (topic: string, payload: Uint8Array, packet: ReceivedPacket) => void,
  ): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "close", listener: () => void): unknown;
  /** Resolves at the final ack. */
  publish(
    topic: string,
    payload: Uint8Array | string,
    options: WithProperties & { readonly qos: QoS; readonly retain: boolean },
  ): Promise<unknown>;
  subscribe(
    filters: readonly string[],
    options: WithProperties & { readonly qos: QoS; readonly rap?: boolean },
  ): Promise<readonly SubscriptionGrant[]>;
  unsubscribe(filters: readonly string[], options?: WithProperties): Promise<void>;
  /** Says DISCONNECT first, unless forced. */
  end(force?: boolean, options?: WithProperties): Promise<void>;
}

export type Connect = (url: string, options: ClientOptions) => Client;
