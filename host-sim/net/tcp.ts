// Owns dialling over TCP, which carries bytes in order and without loss [MQTT3-7.1.2-1] [MQTT5-4.2-1]. Refuses to know TLS and
// names of protocols.

import { connect } from "node:net";
import { socketStream } from "./socket-stream.ts";
import type { Dialer } from "./stream.ts";

/** How long an attempt may take is the caller's to say, with `destroy`. */
export function tcpDialer(host: string, port: number): Dialer {
  return {
    dial(handlers) {
      const socket = connect({ host, port, allowHalfOpen: true, noDelay: true });
      return socketStream({ socket, raw: socket, openEvent: "connect", where: `${host}:${port}` }, handlers);
    },
  };
}
