// Owns the lines that `device --stdio` prints. Knows how each looks, not when.
import type { PayloadFields, QoS, Tag } from "./request.ts";

export type Answer =
  | { readonly ev: "connected"; readonly sessionPresent: boolean; readonly reasonCode: number }
  | ({
      readonly ev: "message";
      readonly topic: string;
      readonly qos: QoS;
      readonly retain: boolean;
      readonly dup: boolean;
      /** Of a part of a large message. */
      readonly offset?: number;
      readonly total?: number;
    } & PayloadFields)
  | { readonly ev: "published"; readonly reasonCode: number }
  | { readonly ev: "subscribed" | "unsubscribed"; readonly reasonCodes: readonly number[] }
  /** A message of ours, or with `topic` and `total` one of the broker's that did not come whole. */
  | { readonly ev: "dropped"; readonly why: string; readonly topic?: string; readonly total?: number }
  | { readonly ev: "refused"; readonly why: string }
  | {
      readonly ev: "closed";
      readonly by: "client" | "server" | "link";
      /** 0 for a goodbye, a CONNACK's return code, else null: MQTT 3 has none. */
      readonly reasonCode: number | null;
      readonly why: string;
    }
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
