// Owns an in-process Aedes on loopback for tests that any machine can run. Knows no client and no proxy.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { Aedes } from "aedes";

export interface RunningAedes {
  readonly port: number;
  stop(): Promise<void>;
}

export async function startAedes(): Promise<RunningAedes> {
  const aedes = await Aedes.createBroker();
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    aedes.handle(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      const closed = once(server.close(), "close");
      await new Promise<void>((resolve) => aedes.close(() => resolve()));
      await closed;
    },
  };
}
