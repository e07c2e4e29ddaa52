// Owns the model broker's door to real sockets. Refuses to know what comes through it.

import { type AddressInfo, createServer } from "node:net";
import { socketStream } from "../../net/socket-stream.ts";
import type { Stream, StreamHandlers } from "../../net/stream.ts";
import type { ModelBroker } from "./broker.ts";

export interface Listening {
  readonly port: number;
  /** Takes no more connections, and resets those there are. */
  close(): Promise<void>;
}

const HOST = "127.0.0.1";

/** On 127.0.0.1; port 0 lets the system pick one. All connections have the same origin. */
export async function listenModelBroker<Origin>(
  broker: ModelBroker<Origin>,
  origin: Origin,
  port: number,
): Promise<Listening> {
  const streams = new Set<Stream>();
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    // its handlers are known only after the broker has seen the stream
    let handlers: StreamHandlers | null = null;
    const stream = socketStream(
      { socket, raw: socket, openEvent: "connect", where: `the client at port ${socket.remotePort}` },
      {
        onOpen: () => undefined,
        onData: (bytes) => handlers?.onData(bytes),
        onDrain: () => handlers?.onDrain(),
        onEnd: () => handlers?.onEnd(),
        onClose(error) {
          streams.delete(stream);
          handlers?.onClose(error);
        },
      },
    );
    streams.add(stream);
    handlers = broker.accept(origin)(stream);
    if (handlers === null) stream.destroy();
    else handlers.onOpen();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const stream of streams) stream.destroy();
      }),
  };
}
