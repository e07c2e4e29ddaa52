// Owns what a gateway's messages say, as plain data. Refuses to know their bytes.

export type Qos = 0 | 1 | 2;

export interface Publication {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly qos: Qos;
  readonly retain: boolean;
}

/** From the device to the shore: one message of the network each. */
export type UpMessage =
  | ({ readonly kind: "publish" } & Publication)
  /** CONNECT was accepted. Fresh: its session is new, so names and subscriptions of earlier ones are void. */
  | {
      readonly kind: "hello";
      readonly isFresh: boolean;
      readonly clientId: string;
      readonly will: Publication | null;
    }
  | { readonly kind: "subscribe"; readonly filter: string; readonly qos: Qos }
  | { readonly kind: "unsubscribe"; readonly filter: string }
  /** DISCONNECT: the will is void. */
  | { readonly kind: "bye" };

/** The topic name or filter that stands in the message, if there is one. */
export function nameIn(message: UpMessage): string | null {
  switch (message.kind) {
    case "publish":
      return message.topic;
    case "hello":
      return message.will?.topic ?? null;
    case "subscribe":
    case "unsubscribe":
      return message.filter;
    case "bye":
      return null;
  }
}
