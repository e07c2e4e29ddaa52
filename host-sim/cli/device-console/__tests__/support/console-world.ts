// Owns a driven console beside a broker that follows a script, and the connect that joins them. Refuses to know what is claimed.
import type { TestContext } from "node:test";
import {
  type Script,
  type ScriptedBroker,
  startScriptedBroker,
} from "../../../../client/__tests__/support/scripted-broker.ts";
import { DrivenConsole } from "./driven-console.ts";

export async function world(t: TestContext, script?: Script) {
  const broker = await startScriptedBroker(script);
  t.after(() => broker.close());
  return { broker, console: new DrivenConsole(t) };
}

export function connectTo({ port }: ScriptedBroker, fields: object = {}) {
  return { op: "connect", host: "127.0.0.1", port, clientId: "one", ...fields };
}
