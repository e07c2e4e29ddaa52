// Owns the strict model broker on loopback for one test, which fails when a client did what the standard forbids. Knows no client.
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { AuthenticationMethod } from "../../../broker/model/authentication.ts";
import { type BrokerEvent, createModelBroker, type ModelBroker } from "../../../broker/model/broker.ts";
import { listenModelBroker } from "../../../broker/model/listen.ts";
import { createRandom } from "../../../random/random.ts";
import { createRealClock } from "../../../time/real-clock.ts";

export interface StrictBroker {
  readonly url: string;
  readonly broker: ModelBroker<null>;
  /** How often something happened of which the broker tells. */
  count(kind: BrokerEvent<null>["kind"]): number;
}

export async function startStrictBroker(
  t: TestContext,
  authentication: AuthenticationMethod,
): Promise<StrictBroker> {
  const events: BrokerEvent<null>[] = [];
  const broker = createModelBroker<null>({
    clock: createRealClock(),
    random: createRandom(1).stream("broker"),
    authentication,
    observer: (event) => events.push(event),
  });
  const door = await listenModelBroker(broker, null, 0);
  t.after(async () => {
    broker.stop({ forget: true });
    await door.close();
    assert.deepEqual(
      events.filter(({ kind }) => kind === "illegal"),
      [],
    );
  });
  return {
    url: `mqtt://127.0.0.1:${door.port}`,
    broker,
    count: (wanted) => events.filter(({ kind }) => kind === wanted).length,
  };
}
