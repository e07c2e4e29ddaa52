// Claims about `sub`, with a client that has no broker.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { standIn, turns } from "../../__tests__/support/stand-in.ts";
import { main } from "../../main.ts";
import { subWith } from "../sub.ts";
import { FakeClient } from "./fake-client.ts";

function start(args: string) {
  const client = new FakeClient();
  const world = standIn();
  const load = async () => subWith(client.connect);
  const code = main(["sub", ...args.split(" ")], world, [{ name: "sub", summary: "", load }]);
  return { client, world, code };
}

async function accepted(args: string) {
  const run = start(args);
  await turns();
  run.client.accept();
  await turns();
  return run;
}

/** What is on stdout after these messages and a Ctrl-C. */
async function printedBy(args: string, send: (client: FakeClient) => void): Promise<string> {
  const { client, world, code } = await accepted(args);
  send(client);
  world.signals.emit("SIGINT");
  await code;
  return world.stdout.bytes.toString("latin1");
}

describe("what is printed", () => {
  const two = (client: FakeClient) => {
    client.receive("a/b", "hi");
    client.receive("a/c", new Uint8Array([0xff, 0x0a]));
    client.receive("a/d", "");
  };

  for (const [args, expected] of [
    ["-t a/#", "hi\n\xff\n\n"],
    ["-t a/# -N", "hi\xff\n"],
    ["-t a/# -v", "a/b hi\na/c \xff\n\na/d (null)\n"],
    ["-t a/# -v -N", "a/b hia/c \xff\n"],
  ] as const) {
    it(`with "${args}" is what mosquitto_sub prints`, async () =>
      assert.equal(await printedBy(args, two), expected));
  }

  it("with --json is one object a line, and bytes that are no text are still all there", async () => {
    const lines = (
      await printedBy("-t a/# --json", (client) => {
        client.receive("a/b", '"hi"\n', { qos: 1, retain: true });
        client.receive("a/c", new Uint8Array([0xff]));
        client.receive("a/d", "\uFEFFbom");
      })
    ).split("\n");
    assert.equal(lines.length, 4);
    const about = { tst: "2026-03-01T12:00:00.250Z", qos: 0, retain: 0 };
    assert.deepEqual(JSON.parse(lines[0] ?? ""), {
      ...about,
      topic: "a/b",
      qos: 1,
      retain: 1,
      payloadlen: 5,
      payload: '"hi"\n',
    });
    assert.deepEqual(JSON.parse(lines[1] ?? ""), {
      ...about,
      topic: "a/c",
      payloadlen: 1,
      payloadBase64: "/w==",
    });
    const third = JSON.parse(Buffer.from(lines[2] ?? "", "latin1").toString());
    assert.deepEqual([third.payload, third.payloadlen], ["\uFEFFbom", 6]);
  });

  it("with -T leaves out what matches", async () => {
    const text = await printedBy("-t a/# -v -T a/b -T a/c/+", (client) => {
      for (const topic of ["a/b", "a/c/d", "a/c"]) client.receive(topic, "x");
    });
    assert.equal(text, "a/c x\n");
  });

  it("with -R leaves out retained messages", async () => {
    const text = await printedBy("-t a -R", (client) => {
      client.receive("a", "old", { retain: true });
      client.receive("a", "new");
    });
    assert.equal(text, "new\n");
  });
});

it("subscribes once to all its filters, then unsubscribes", async () => {
  const { client, world, code } = await accepted("-t a -t b/# -U c -q 1");
  assert.deepEqual(client.calls, [
    ["subscribe", ["a", "b/#"], { qos: 1 }],
    ["unsubscribe", ["c"]],
  ]);
  world.signals.emit("SIGTERM");
  assert.equal(await code, 143);
  assert.deepEqual(client.calls.at(-1), ["end", false]);
});

it("prints what a resumed session delivers before the subscription is made", async () => {
  const { client, world, code } = start("-t a -C 1 -c -i me");
  await turns();
  client.receive("a", "queued");
  client.accept();
  assert.equal(await code, 0);
  assert.equal(world.stdout.text, "queued\n");
});

it("-C ends with exit 0 after so many printed messages, and prints no more", async () => {
  const { client, world, code } = await accepted("-t a -C 2 -R");
  client.receive("a", "old", { retain: true });
  for (const payload of ["1", "2", "3"]) client.receive("a", payload);
  assert.equal(await code, 0);
  assert.equal(world.stdout.text, "1\n2\n");
  assert.deepEqual(client.calls.at(-1), ["end", false]);
});

it("-W running out is exit 1, however much was received, and counts from the connection on", async () => {
  const { client, world, code } = start("-t a -W 5");
  await turns();
  world.clock.runUntil(60_000);
  await turns();
  client.accept();
  await turns();
  client.receive("a", "x");
  world.clock.runUntil(64_999);
  await turns();
  assert.deepEqual(
    client.calls.filter(([verb]) => verb === "end"),
    [],
  );
  world.clock.runUntil(65_000);
  assert.equal(await code, 1);
  assert.deepEqual([world.stdout.text, world.stderr.text], ["x\n", "motekit: timed out after 5 s\n"]);
  assert.deepEqual(client.calls.at(-1), ["end", false]);
});

it("-C reached within -W leaves no timer behind", async () => {
  const { client, world, code } = await accepted("-t a -C 1 -W 5");
  client.receive("a", "x");
  assert.equal(await code, 0);
  assert.equal(world.clock.nextMs, null);
});

it("-E ends with exit 0 when the broker has answered", async () => {
  const { code } = await accepted("-t a -E -c -i me");
  assert.equal(await code, 0);
});

it("--retained-only ends at the first message that is not", async () => {
  const { client, world, code } = await accepted("-t a --retained-only");
  client.receive("a", "old", { retain: true });
  client.receive("a", "new");
  client.receive("a", "old too", { retain: true });
  assert.equal(await code, 0);
  assert.equal(world.stdout.text, "old\n");
});

it("--remove-retained clears what was retained and waits for its acks; -T spares, -R does not", async () => {
  const { client, code } = start("-t a/# --remove-retained -R -T a/keep -C 1");
  let acknowledge = () => {};
  client.publishing = () =>
    new Promise((resolve) => {
      acknowledge = resolve;
    });
  await turns();
  client.accept();
  await turns();
  client.receive("a/keep", "x", { retain: true });
  client.receive("a/b", "x", { retain: true });
  client.receive("a/c", "fresh");
  await turns();
  assert.deepEqual(
    client.calls.filter(([verb]) => verb !== "subscribe"),
    [["publish", "a/b", "", { qos: 1, retain: true }]],
  );
  acknowledge();
  assert.equal(await code, 0);
});

it("a refused subscription is said; all of them refused is exit 1", async () => {
  const some = start("-t a -t b");
  some.client.granting = (filter) => (filter === "a" ? 0x80 : 0);
  await turns();
  some.client.accept();
  await turns();
  assert.match(some.world.stderr.text, /the broker refused a\n/);
  some.world.signals.emit("SIGINT");
  assert.equal(await some.code, 130);

  const all = start("-t a");
  all.client.granting = () => 0x80;
  await turns();
  all.client.accept();
  assert.equal(await all.code, 1);
  assert.match(all.world.stderr.text, /refused every subscription/);
});

it("never connected is exit 3; a connection lost later is the client's to make anew", async () => {
  const never = start("-t a");
  await turns();
  never.client.lose("getaddrinfo ENOTFOUND");
  assert.equal(await never.code, 3);
  assert.deepEqual(never.client.calls, [["end", true]]);

  const later = await accepted("-t a -C 1");
  later.client.lose("reset");
  await turns();
  later.client.receive("a", "after all");
  assert.equal(await later.code, 0);
});

it("-d says on stderr what happens, and never the password", async () => {
  const { world, client, code } = await accepted("-t a -d -u me -P secret -C 1");
  client.receive("a", "x");
  assert.equal(await code, 0);
  assert.match(world.stderr.text, /connecting to mqtt:\/\/localhost:1883\nconnected, new session\n/);
  assert.doesNotMatch(world.stderr.text, /secret/);
  assert.equal(world.stdout.text, "x\n");
});
