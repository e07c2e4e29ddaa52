// What happens at a proxy as calm lines. Knows no stream they are printed on.

import type { ProxyEvent } from "../../net/proxy/proxy.ts";
import type { RelayEnd } from "../../net/proxy/relay.ts";
import { seconds } from "../live/words.ts";
import { addressInWords } from "./address.ts";
import type { Passed } from "./tally.ts";

/** Null for what is no news to people. */
export function eventInWords(event: ProxyEvent): string | null {
  switch (event.kind) {
    case "link":
      return event.state.up ? "link up" : `link down: ${event.state.why}`;
    case "radio":
      return event.why === null ? `radio ${event.state}` : `radio lost its network: ${event.why}`;
    case "upstream":
      return event.failure === null ? null : `upstream: ${event.failure.message}`;
    case "opened":
      return `connection ${event.connection} opened by ${addressInWords(event.from)}`;
    case "through":
      return `connection ${event.connection} through after ${milliseconds(event.afterMs)}`;
    case "closed":
      return closedInWords(event);
  }
}

export function summaryInWords(passed: Passed): string {
  const { connections, through, payloadBytesUp, payloadBytesDown, bytesUp, bytesDown, costUsd } = passed;
  if (connections === 0) return "Nobody connected.";
  const count = connections === 1 ? "1 connection" : `${connections} connections`;
  const cost = costUsd === null ? "" : `, for $${costUsd.toFixed(2)}`;
  return [
    `${count}, ${through} through: ${bytesInWords(payloadBytesUp, payloadBytesDown)}.`,
    `On the link, with headers and repetitions: ${bytesInWords(bytesUp, bytesDown)}${cost}.`,
  ].join("\n");
}

function bytesInWords(up: number, down: number): string {
  return `${up.toLocaleString("en")} bytes up, ${down.toLocaleString("en")} down`;
}

type Closed = Extract<ProxyEvent, { readonly kind: "closed" }>;

function closedInWords({ connection, wasThrough, lastedMs, bytesUp, bytesDown, end }: Closed): string {
  const why = endInWords(end);
  const what = wasThrough ? bytesInWords(bytesUp, bytesDown) : "never through";
  return `connection ${connection} closed after ${seconds(lastedMs)}, ${what}${why === null ? "" : `: ${why}`}`;
}

/** Null for an end in order, which needs no words. */
function endInWords(end: RelayEnd): string | null {
  switch (end.by) {
    case "both":
      return null;
    case "relay":
      return "the proxy ended";
    case "client":
    case "upstream":
      return end.error.message;
  }
}

function milliseconds(durationMs: number): string {
  return durationMs < 1000 ? `${Math.round(durationMs)} ms` : seconds(durationMs);
}
