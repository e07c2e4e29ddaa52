// Claims about `pub`, with a client that has no broker.
import assert from "node:assert/strict";
import { it } from "node:test";
import { type StandInOptions, standIn, turns } from "../../__tests__/support/stand-in.ts";
import { main } from "../../main.ts";
import { pubWith } from "../pub.ts";
import { FakeClient } from "./fake-client.ts";

function start(args: string, options: StandInOptions = {}) {
  const client = new FakeClient();
  const world = standIn(options);
  const load = async () => pubWith(client.connect);
  const code = main(["pub", ...args.split(" ")], world, [{ name: "pub", summary: "", load }]);
  return { client, world, code };
}

/** As `start`, and the broker accepts. */
async function accepted(args: string, options: StandInOptions = {}) {
  const run = start(args, options);
  await turns();
  run.client.accept();
  await turns();
  return run;
}

const plain = { qos: 0, retain: false };

it("publishes once connected, waits for the ack, says DISCONNECT, and is silent", async () => {
  let acknowledge = () => {};
  const { client, world, code } = start("-t a/b -m hi -q 2 -r -h example.org -p 1884");
  client.publishing = () =>
    new Promise((resolve) => {
      acknowledge = resolve;
    });
  await turns();
  assert.equal(client.url, "mqtt://example.org:1884");
  assert.deepEqual(client.calls, [], "nothing goes out before CONNACK");
  client.accept();
  await turns();
  assert.deepEqual(client.calls, [["publish", "a/b", "hi", { qos: 2, retain: true }]]);
  acknowledge();
  assert.equal(await code, 0);
  assert.deepEqual(client.calls.at(-1), ["end", false]);
  assert.deepEqual([world.stdout.text, world.stderr.text], ["", ""]);
});

it("hands the client what the options say of the connection, and no more", async () => {
  const { client, code } = await accepted(
    "-t a -n -u me -P secret -i one -c -k 9 -V 31 --will-topic w -h ::1",
  );
  assert.equal(await code, 0);
  assert.equal(client.url, "mqtt://[::1]:1883");
  assert.deepEqual(client.options, {
    protocolVersion: 3,
    clean: false,
    keepalive: 9,
    reconnectPeriod: 0,
    clientId: "one",
    username: "me",
    password: "secret",
    will: { topic: "w", payload: "", qos: 0, retain: false },
  });
});

it("-s publishes all of stdin as one message, bytes untouched", async () => {
  const { client, code } = await accepted("-t a -s", { stdin: ["one\n", new Uint8Array([0xff, 0x00])] });
  assert.equal(await code, 0);
  assert.deepEqual(client.calls[0], ["publish", "a", "one\n\xff\x00", plain]);
});

it("-l publishes each line of stdin, empty and unfinished ones too, wherever the chunks are cut", async () => {
  const { client, code } = await accepted("-t a -l", { stdin: ["o", "ne\n\ntw", "o\r\nthree"] });
  assert.equal(await code, 0);
  const payloads = client.calls.filter(([verb]) => verb === "publish").map(([, , payload]) => payload);
  assert.deepEqual(payloads, ["one", "", "two\r", "three"]);
});

it("-l does not stop and wait, and does not pile up either", async () => {
  const lines = Array.from({ length: 50 }, (_, index) => `${index}\n`);
  const acknowledge: (() => void)[] = [];
  const { client, code } = start("-t a -l -q 1", { stdin: lines });
  client.publishing = () => new Promise((resolve) => void acknowledge.push(resolve));
  await turns();
  client.accept();
  for (let count = 0; count < 20; count++) await turns();
  assert.equal(acknowledge.length, 20);
  let done = false;
  void code.then(() => {
    done = true;
  });
  for (let index = 0; index < 49; index++) {
    acknowledge[index]?.();
    await turns();
  }
  assert.deepEqual([acknowledge.length, done], [50, false], "the last ack is still to come");
  acknowledge[49]?.();
  assert.equal(await code, 0);
});

it("--repeat waits --repeat-delay between messages, and not after the last", async () => {
  const { client, world, code } = await accepted("-t a -m x --repeat 3 --repeat-delay 0.5");
  const published = () => client.calls.filter(([verb]) => verb === "publish").length;
  assert.equal(published(), 1);
  world.clock.runUntil(499);
  await turns();
  assert.equal(published(), 1);
  world.clock.runUntil(500);
  await turns();
  assert.equal(published(), 2);
  world.clock.runUntil(1000);
  assert.equal(await code, 0);
  assert.equal(published(), 3);
  assert.equal(world.clock.nextMs, null);
});

it("a broker that is not there is exit 3, with where it was looked for and how to get one", async () => {
  const { client, world, code } = start("-t a -m x -u me -P secret");
  await turns();
  client.lose("connect ECONNREFUSED");
  assert.equal(await code, 3);
  assert.match(
    world.stderr.text,
    /no connection to mqtt:\/\/localhost:1883: connect ECONNREFUSED\nStart a broker/,
  );
  assert.doesNotMatch(world.stderr.text, /secret/);
});

for (const order of ["the publish fails before the close is seen", "the close is seen first"]) {
  it(`a connection lost before the ack is exit 3, also when ${order}`, async () => {
    const { client, code } = start("-t a -m x -q 1");
    let fail: (error: Error) => void = () => {};
    client.publishing = () =>
      new Promise((_, reject) => {
        fail = reject;
      });
    await turns();
    client.accept();
    await turns();
    if (order.startsWith("the publish")) fail(new Error("connection closed"));
    client.lose("reset by the broker");
    fail(new Error("connection closed"));
    assert.equal(await code, 3);
  });
}

it("a message the client does not take is exit 1, and says DISCONNECT all the same", async () => {
  const { client, world, code } = start("-t a -m x");
  client.publishing = () => Promise.reject(new Error("too large"));
  await turns();
  client.accept();
  await turns();
  world.clock.runUntil(1);
  assert.equal(await code, 1);
  assert.match(world.stderr.text, /not published to a: too large/);
  assert.deepEqual(client.calls.at(-1), ["end", false]);
});

it("--quiet keeps the exit code and says nothing, but not about a wrong option", async () => {
  const quiet = start("-t a -m x --quiet");
  await turns();
  quiet.client.lose("refused");
  assert.deepEqual([await quiet.code, quiet.world.stderr.text], [3, ""]);
  const wrong = start("-t a -f /no/such/file --quiet");
  assert.equal(await wrong.code, 2);
  assert.match(wrong.world.stderr.text, /-f \/no\/such\/file cannot be read/);
  assert.equal(wrong.client.url, "", "nothing was done");
});

it("a certificate that cannot be read is exit 2, before anything is done", async () => {
  const { client, world, code } = start("-t a -m x --cafile /no/such/ca.pem");
  assert.equal(await code, 2);
  assert.match(world.stderr.text, /--cafile \/no\/such\/ca\.pem cannot be read/);
  assert.equal(client.url, "");
});

it("Ctrl-C says DISCONNECT and exits with 130", async () => {
  const { client, world, code } = start("-t a -m x -q 1");
  client.publishing = () => new Promise(() => {});
  await turns();
  client.accept();
  await turns();
  world.signals.emit("SIGINT");
  assert.equal(await code, 130);
  assert.deepEqual(client.calls.filter(([verb]) => verb === "end")[0], ["end", false]);
  assert.equal(world.stderr.text, "");
});
