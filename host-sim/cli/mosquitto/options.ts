// What `pub` and `sub` were asked to do, once their options are read and make sense together.

import type { Properties } from "../../client/properties/table.ts";
import type { PropertySets } from "./properties.ts";

export type QoS = 0 | 1 | 2;

/** mqttv31, mqttv311 and mqttv5, by the number CONNECT carries. */
export type ProtocolVersion = 3 | 4 | 5;

export interface Will {
  readonly topic: string;
  readonly payload: string;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly properties?: Properties;
}

/** With neither CA nor certificate: the system's CAs, and no client certificate. */
export interface TlsFiles {
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
}

export interface ConnectionOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsFiles | undefined;
  readonly protocolVersion: ProtocolVersion;
  /** undefined: the client makes one up. */
  readonly clientId: string | undefined;
  readonly clean: boolean;
  readonly keepaliveSeconds: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly will: Will | undefined;
  /** What -D says for each packet, the will's too. */
  readonly properties: PropertySets;
  readonly debug: boolean;
  readonly quiet: boolean;
}

export type PayloadSource =
  | { readonly from: "text"; readonly text: string }
  | { readonly from: "file"; readonly path: string }
  | { readonly from: "stdin" }
  | { readonly from: "lines" }
  | { readonly from: "nothing" };

export interface PubOptions extends ConnectionOptions {
  readonly topic: string;
  readonly payload: PayloadSource;
  readonly qos: QoS;
  readonly retain: boolean;
  readonly repeat: number;
  readonly repeatDelaySeconds: number;
}

export interface SubOptions extends ConnectionOptions {
  readonly topicFilters: readonly string[];
  readonly unsubscribe: readonly string[];
  readonly filterOut: readonly string[];
  readonly qos: QoS;
  readonly verbose: boolean;
  readonly json: boolean;
  readonly endOfLine: boolean;
  /** Ends after so many messages. */
  readonly messageCount: number | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly exitWhenSubscribed: boolean;
  readonly retained: "shown" | "hidden" | "only";
  readonly removeRetained: boolean;
  readonly retainAsPublished: boolean;
}
