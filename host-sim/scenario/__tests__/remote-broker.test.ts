// Claims about a run against a real Mosquitto, over each way to reach one: what its own subscriber counts, and what is left
// behind.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, type TestContext, test } from "node:test";
import { connectAsync } from "mqtt";
import { certificatesOrSkip } from "../../__tests__/support/certificates.ts";
import { type ListenerName, type Mosquitto, mosquittoOrSkip } from "../../__tests__/support/mosquitto.ts";
import { Core, loadModule } from "../../device/core.ts";
import type { Credentials } from "../../device/sensor-device.ts";
import { brokerDialer, parseBrokerUrl } from "../../net/broker-url.ts";
import { parseLink } from "../../net/link/overlay.ts";
import type { BoardTcp } from "../../net/link/tcp/board-tcp.ts";
import type { TlsSettings } from "../../net/tls.ts";
import { createRandom } from "../../random/random.ts";
import { createRealClock } from "../../time/real-clock.ts";
import { parseFaults } from "../faults.ts";
import { createLedger, type Ledger } from "../ledger.ts";
import { runInRealTime } from "../realtime-run.ts";
import { countReadings } from "../report.ts";
import type { RunResult } from "../run-settings.ts";

const NAME = "esp8266-3f2a91";
/** Enough for all that is taken while a connection is made anew. */
const CAPACITIES = {
  receiveBytes: 1024,
  outboxBytes: 4096,
  entries: 64,
  window: 8,
  inboundIds: 32,
  texts: 12,
  textBytes: 300,
  filters: 3,
};
const PACE = {
  keepAliveSeconds: 3,
  pingDeadlineMs: 0,
  connectTimeoutMs: 6000,
  backoffBaseMs: 500,
  backoffMaxMs: 3000,
};
const TCP: BoardTcp = {
  stack: "lwip",
  mssBytes: 536,
  receiveWindowBytes: 2144,
  sendBufferBytes: 1072,
  retransmissions: 12,
  synRetransmissions: 6,
  firstRtoMs: 3000,
  leastRtoMs: 1500,
  keepsOutOfOrder: false,
  sendsSack: false,
};
const NEVER = new Promise<void>(() => undefined);

interface Run {
  readonly url: string;
  readonly tls?: TlsSettings;
  readonly qos?: 0 | 1 | 2;
  readonly faults?: string;
  readonly credentials?: Credentials;
  readonly names?: readonly string[];
}

async function run(options: Run): Promise<{ readonly ledger: Ledger; readonly result: RunResult }> {
  const { url, tls = null, qos = 1, faults, credentials = null, names = [NAME] } = options;
  const ledger = createLedger();
  const result = await runInRealTime(
    {
      link: parseLink("perfect"),
      device: { capacities: CAPACITIES, qos, intervalMs: 50, protocol: "3.1.1" },
      pace: PACE,
      credentials,
      tcp: TCP,
      energy: null,
      hardware: { driftPpm: 0, clockStartMs: 0 },
      names,
      forMs: 1500,
      faults: faults === undefined ? [] : parseFaults(faults).faults,
      downlink: [],
      giveUpMs: null,
      ending: { drainMs: 10_000, statusMs: 5000, goodbyeMs: 13_000, arrivalMs: 3000 },
    },
    { kind: "remote", dialer: brokerDialer(parseBrokerUrl(url), tls), credentials },
    {
      core: new Core(loadModule()),
      clock: createRealClock(),
      random: createRandom(1),
      ledger,
      observer: (happening) => ledger.see(happening),
      hurry: NEVER,
    },
  );
  return { ledger, result };
}

function nothingMissing({ ledger }: { readonly ledger: Ledger }, qos: 0 | 1 | 2): void {
  const { readings, delivered, lost, pending, refused } = countReadings(ledger, qos);
  assert.deepEqual([delivered, lost, pending, refused], [readings, 0, 0, 0]);
  assert.ok(readings >= 10);
  for (const { lastStatus, leftMs } of ledger.devices) {
    assert.equal(lastStatus?.status, "offline");
    assert.notEqual(leftMs, null);
  }
}

/** The retained messages that a client finds which comes later. */
async function leftBehind(broker: Mosquitto): Promise<readonly string[]> {
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port()}`, { reconnectPeriod: 0 });
  const found: string[] = [];
  client.on("message", (topic, payload) => found.push(`${topic} ${payload}`));
  await client.subscribeAsync("motekit/#", { qos: 1 });
  await client.publishAsync("motekit/marker", "", { qos: 1 });
  while (!found.includes("motekit/marker ")) await new Promise((resolve) => client.once("message", resolve));
  await client.endAsync();
  return found.filter((message) => message !== "motekit/marker ");
}

async function secureBroker(t: TestContext) {
  const certificates = await certificatesOrSkip(t);
  if (certificates === undefined) return undefined;
  const broker = await mosquittoOrSkip(t, { tls: certificates, webSockets: true });
  return broker && { broker, certificates };
}

describe("a run against Mosquitto", () => {
  for (const qos of [1, 2] as const) {
    test(`at QoS ${qos} loses nothing over cuts, and hears the will of each`, async (t) => {
      const broker = await mosquittoOrSkip(t);
      if (broker === undefined) return;
      const ended = await run({
        url: `mqtt://127.0.0.1:${broker.port()}`,
        qos,
        faults: "cut@400ms,cut@900ms",
      });
      nothingMissing(ended, qos);
      assert.ok(ended.result.willsFired >= 1 && ended.result.willsFired <= 2);
      if (qos === 2) assert.equal(countReadings(ended.ledger, 2).duplicates, 0);
    });
  }

  test("leaves the retained status offline, no other message, and no session of its watcher", async (t) => {
    const broker = await mosquittoOrSkip(t);
    if (broker === undefined) return;
    const names = [NAME, "esp8266-3f2a92"];
    await run({ url: `mqtt://127.0.0.1:${broker.port()}`, names });
    const expected = names.map((name) => `motekit/${name}/status offline`);
    assert.deepEqual([...(await leftBehind(broker))].sort(), expected);
    assert.match(
      broker.said,
      /as watch-[0-9a-f]+ \(p2, c1,/,
      "a clean connection ends the watcher's session",
    );
  });

  for (const listener of ["mqtts", "mqttsWithClientCertificate", "ws", "wss"] as const) {
    test(`works over ${listener}`, async (t) => {
      const secured = await secureBroker(t);
      if (secured === undefined) return;
      const { broker, certificates } = secured;
      const pem = (file: string) => readFile(file, "utf8");
      const tls: TlsSettings = {
        ...(listener !== "ws" && { ca: await pem(certificates.caFile) }),
        ...(listener === "mqttsWithClientCertificate" && {
          cert: await pem(certificates.client.certFile),
          key: await pem(certificates.client.keyFile),
        }),
      };
      nothingMissing(await run({ url: urlOf(listener, broker), tls, faults: "cut@700ms" }), 1);
    });
  }
});

function urlOf(listener: ListenerName, broker: Mosquitto): string {
  const protocol = listener === "mqttsWithClientCertificate" ? "mqtts" : listener;
  return `${protocol}://127.0.0.1:${broker.port(listener)}`;
}

describe("a broker that cannot be used is said to be so, at once:", () => {
  test("nobody listens there", async () => {
    await assert.rejects(run({ url: "mqtt://127.0.0.1:1" }), /refused the connection: nothing listens there/);
  });

  test("its certificate is signed by somebody unknown", async (t) => {
    const secured = await secureBroker(t);
    if (secured === undefined) return;
    await assert.rejects(
      run({ url: urlOf("mqtts", secured.broker) }),
      /none of the trusted authorities signed/,
    );
  });

  test("it knows neither the user nor the password", async (t) => {
    const broker = await mosquittoOrSkip(t, { settings: ["allow_anonymous false"] });
    if (broker === undefined) return;
    const credentials = { username: "me", password: "wrong" };
    await assert.rejects(
      run({ url: `mqtt://127.0.0.1:${broker.port()}`, credentials }),
      /does not authorise|user name or password/,
    );
  });
});
