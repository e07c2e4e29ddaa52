// Owns the lines that `device --stdio` prints. Knows how each looks, not when.
import type { JsonProperties } from "./json-properties.ts";
import type { PayloadFields, QoS, Tag } from "./request.ts";

/** Of MQTT 5. */
interface WithProperties {
  readonly properties?: JsonProperties;
}

export type Answer =
  | ({
      readonly ev: "connected";
      readonly sessionPresent: boolean;
      readonly reasonCode: number;
      /** Where the broker refused 5: the version that is spoken in its place. */
      readonly version?: number;
    } & WithProperties)
  | ({
      readonly ev: "message";
      readonly topic: string;
      readonly qos: QoS;
      readonly retain: boolean;
      readonly dup: boolean;
      /** Of a part of a large message. */
      readonly offset?: number;
      readonly total?: number;
    } & PayloadFields &
      WithProperties)
  | ({ readonly ev: "published" | "rejected"; readonly reasonCode: number } & WithProperties)
  | ({
      readonly ev: "subscribed" | "unsubscribed";
      readonly reasonCodes: readonly number[];
    } & WithProperties)
  | ({ readonly ev: "auth"; readonly reasonCode: number } & WithProperties)
  /** A message of ours, or with `total` one of the broker's that did not come whole. */
  | { readonly ev: "dropped"; readonly why: string; readonly topic?: string; readonly total?: number }
  | { readonly ev: "refused"; readonly why: string }
  | ({
      readonly ev: "closed";
      readonly by: "client" | "server" | "link";
      /** Of CONNACK or DISCONNECT, the broker's or our own; 0 for a goodbye; else null. */
      readonly reasonCode: number | null;
      readonly why: string;
    } & WithProperties)
  | { readonly ev: "second-device" }
  | {
      readonly ev: "state";
      readonly phase: string;
      readonly inflight: number;
      readonly outbox: number;
      readonly subscriptions: number;
      readonly blockBytes: number;
    };

/** One line, and the tag of the request that it answers. */
export type Say = (answer: Answer, tag?: Tag) => void;

export function asLine(answer: Answer, tag: Tag): object {
  const { ev, ...fields } = answer;
  return tag === undefined ? answer : { ev, tag, ...fields };
}
