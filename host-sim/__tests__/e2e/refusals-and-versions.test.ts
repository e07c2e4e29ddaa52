// Owns how the client and a broker agree at CONNECT: credentials right and wrong, and MQTT 3.1.
import assert from "node:assert/strict";
import { pbkdf2Sync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { Aedes, type AuthenticateError } from "aedes";
import { startBareClient } from "../support/bare-client.ts";
import { connectOther, observe, proxyTo } from "../support/borrowed.ts";
import { againstEachBroker } from "../support/each-broker.ts";
import { mosquittoOrSkip } from "../support/mosquitto.ts";
import { HANG_MS } from "../support/patience.ts";

const username = "mast";
const password = "pässwörd";
const timeout = HANG_MS;

/** Knows one user, and tells a wrong password (4) from nobody at all (5). */
async function startGuardedAedes(t: TestContext): Promise<number> {
  const broker = await Aedes.createBroker({
    authenticate: (_, name, secret, done) => {
      if (name === username && secret?.toString() === password) return done(null, true);
      const returnCode = name == null ? 5 : 4;
      done(Object.assign(new Error("refused"), { returnCode }) as AuthenticateError, false);
    },
  });
  const server = createServer(broker.handle).listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => new Promise<void>((resolve) => broker.close(() => server.close(() => resolve()))));
  return (server.address() as AddressInfo).port;
}

/** As `mosquitto_passwd` writes it. */
function passwordLine(): string {
  const iterations = 101;
  const salt = randomBytes(12);
  const hash = pbkdf2Sync(password, salt, iterations, 64, "sha512");
  return `${username}:$7$${iterations}$${salt.toString("base64")}$${hash.toString("base64")}\n`;
}

interface Attempt {
  readonly who: string;
  readonly credentials: { readonly username?: string; readonly password?: string };
  readonly returnCode: number;
}

async function assertRefusedAndAccepted(
  suite: TestContext,
  port: number,
  attempts: readonly Attempt[],
): Promise<void> {
  for (const { who, credentials, returnCode } of attempts) {
    await suite.test(`${who} is refused with return code ${returnCode}`, async (t) => {
      const client = startBareClient(t, { to: port, clean: true, reconnects: false, ...credentials });
      const closed = await client.reported("closed");
      assert.equal(closed.reason, "refused");
      assert.deepEqual(
        client.happenings.map(({ kind }) => kind),
        ["refused", "closed"],
      );
      assert.equal(client.all("refused")[0]?.returnCode, returnCode);
    });
  }
  await suite.test("the right user name and password are accepted", async (t) => {
    const client = startBareClient(t, { to: port, username, password });
    assert.equal(await client.endOf(client.publish("guarded", "let in", 1)), "published");
  });
}

test("credentials, against Aedes", { timeout }, async (suite) => {
  await assertRefusedAndAccepted(suite, await startGuardedAedes(suite), [
    { who: "a wrong password", credentials: { username, password: "wrong" }, returnCode: 4 },
    { who: "a user name without a password", credentials: { username }, returnCode: 4 },
    { who: "nobody", credentials: {}, returnCode: 5 },
  ]);
});

test("credentials, against Mosquitto", { timeout }, async (suite) => {
  const dir = await mkdtemp(join(tmpdir(), "motekit-passwords-"));
  suite.after(() => rm(dir, { recursive: true, force: true }));
  const file = join(dir, "passwords");
  await writeFile(file, passwordLine());
  const settings = ["allow_anonymous false", `password_file ${file}`];
  const broker = await mosquittoOrSkip(suite, { settings });
  if (broker === undefined) return;
  await assertRefusedAndAccepted(suite, broker.port(), [
    { who: "a wrong password", credentials: { username, password: "wrong" }, returnCode: 5 },
    { who: "nobody", credentials: {}, returnCode: 5 },
  ]);
});

againstEachBroker("MQTT 3.1", async (suite, { port }) => {
  await suite.test("publishes and receives at every QoS", async (t) => {
    const proxy = await proxyTo(t, port);
    const observer = await observe(t, { port, filter: "old/up" });
    const other = await connectOther(t, port);
    const client = startBareClient(t, { to: proxy.port, version: 3 });
    client.subscribe("old/down", 2);
    await client.reported("subscribed");
    const connects = proxy.log.filter(({ cmd }) => cmd === "connect");
    assert.ok(connects.length > 0 && connects.every(({ bytes }) => bytes.includes("MQIsdp\u0003")));
    for (const qos of [0, 1, 2] as const) {
      const end = await client.endOf(client.publish("old/up", `up ${qos}`, qos));
      assert.equal(end, qos === 0 ? "handedOver" : "published");
      await other.publishAsync("old/down", `down ${qos}`, { qos });
      await client.until(() => client.messages.includes(`down ${qos}`), `the message at QoS ${qos}`);
    }
    await observer.settle();
    assert.deepEqual(observer.payloads, ["up 0", "up 1", "up 2"]);
    assert.deepEqual(client.messages, ["down 0", "down 1", "down 2"]);
  });

  await suite.test(
    "asks for its subscriptions at each connection, and sends again what is unacknowledged",
    async (t) => {
      const proxy = await proxyTo(t, port);
      const observer = await observe(t, { port, filter: "old/again" });
      const client = startBareClient(t, { to: proxy.port, version: 3 });
      client.subscribe("old/settings", 1);
      await client.reported("subscribed");
      const cut = proxy.cutAt({ packet: "publish", direction: "toBroker", when: "before", how: "reset" });
      const message = client.publish("old/again", "reading", 1);
      await cut.hit();
      assert.equal(await client.endOf(message), "published");
      await client.reported("subscribed", 2);
      await observer.settle();
      assert.deepEqual(observer.payloads, ["reading"]);
    },
  );
});
