// A client without a broker: does what the test tells it to, and remembers what it was asked.
import { EventEmitter } from "node:events";
import type { Client, ClientOptions, Connect, SubscriptionGrant } from "../../mosquitto/client.ts";

export type Call = readonly [verb: string, ...args: readonly unknown[]];

export class FakeClient extends EventEmitter implements Client {
  readonly calls: Call[] = [];
  url = "";
  options: Partial<ClientOptions> = {};
  /** What the broker does with a publish; by default it acknowledges. */
  publishing: (topic: string, payload: string) => Promise<void> = async () => {};
  granting: (filter: string) => number = () => 0;

  readonly connect: Connect = (url, options) => {
    this.url = url;
    this.options = options;
    return this;
  };

  publish(topic: string, payload: Uint8Array | string, options: object): Promise<void> {
    const text = Buffer.from(payload as string).toString("latin1");
    this.calls.push(["publish", topic, text, options]);
    return this.publishing(topic, text);
  }

  async subscribe(filters: readonly string[], options: object): Promise<readonly SubscriptionGrant[]> {
    this.calls.push(["subscribe", filters, options]);
    return filters.map((topic) => ({ topic, qos: this.granting(topic) }));
  }

  async unsubscribe(filters: readonly string[]): Promise<void> {
    this.calls.push(["unsubscribe", filters]);
  }

  async end(force = false): Promise<void> {
    this.calls.push(["end", force]);
    this.emit("close");
  }

  accept(): void {
    this.emit("connect", { sessionPresent: false });
  }

  receive(topic: string, payload: string | Uint8Array, { qos = 0, retain = false } = {}): void {
    this.emit("message", topic, Buffer.from(payload as string), { qos, retain, dup: false, cmd: "publish" });
  }

  lose(reason: string): void {
    this.emit("error", new Error(reason));
    this.emit("close");
  }
}
