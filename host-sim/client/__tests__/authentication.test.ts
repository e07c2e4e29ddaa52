// Claims about authentication step by step against a broker that follows a script.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Packet } from "mqtt-packet";
import { told, worldsOf } from "./support/world.ts";

const { connected, start } = worldsOf({});

describe("authentication", () => {
  it("goes through its steps, and begins anew while connected", async (t) => {
    const method = { authenticationMethod: "M" };
    const { broker, client } = await start(
      t,
      { properties: { ...method, authenticationData: "hello" } },
      (packet, peer) => {
        const step = broker.of("auth").length;
        if (packet.cmd === "connect" || (packet.cmd === "auth" && (step === 1 || step === 3))) {
          const properties = { ...method, authenticationData: Buffer.from(`challenge ${step}`) };
          peer.send({ cmd: "auth", reasonCode: 0x18, properties } as Packet);
          return true;
        }
        if (packet.cmd !== "auth") return false;
        const accepted = { reasonCode: 0, properties: method };
        if (step === 2) peer.send({ cmd: "connack", sessionPresent: false, ...accepted } as Packet);
        else peer.send({ cmd: "auth", ...accepted } as Packet);
        return true;
      },
    );
    const words: string[] = [];
    client.on("auth", ({ reasonCode, properties }) => {
      words.push(`${reasonCode} ${properties.authenticationData ?? "done"}`);
      if (reasonCode === 0x18) client.authenticate({ authenticationData: `answer ${words.length}` });
    });
    await told(client, "connect");
    client.authenticate({ authenticationData: "again" });
    await broker.seen("auth", 4);
    while (words.length < 4) await sleep(2);
    assert.deepEqual(words, ["24 challenge 0", "24 challenge 1", "24 challenge 3", "0 done"]);
    assert.deepEqual(
      broker
        .of("auth")
        .map(({ reasonCode, properties }) => [
          reasonCode,
          properties?.authenticationMethod,
          String(properties?.authenticationData),
        ]),
      [
        [0x18, "M", "answer 1"],
        [0x18, "M", "answer 2"],
        [0x19, "M", "again"],
        [0x18, "M", "answer 3"],
      ],
    );
  });

  it("out of turn is refused", async (t) => {
    const { client } = await connected(t);
    assert.throws(() => client.authenticate(), { code: "wrong-phase" });
  });
});
