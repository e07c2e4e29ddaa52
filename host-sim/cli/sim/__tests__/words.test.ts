// Claims about what `sim` says in words: the command that runs it again, the summary, and why nothing connected.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeviceRecord, Trouble } from "../../../scenario/ledger.ts";
import type { Report } from "../../../scenario/report.ts";
import { commandLine } from "../command-line.ts";
import type { SimOptions } from "../options.ts";
import { summaryOf } from "../summary.ts";
import { troubleInWords } from "../trouble.ts";

const options: SimOptions = {
  board: "esp8266",
  link: "wifi-home,outage=8s@25s",
  every: 2000,
  qos: 1,
  protocol: "3.1.1",
  devices: 1,
  drain: 30_000,
  realtime: true,
  broker: "embedded",
};

describe("the command that runs it again", () => {
  it("has the seed and every option, quoted where a shell needs it", () => {
    const again = commandLine({ ...options, for: 20_000, faults: "cut@5s", username: "o'neil & co" }, 7);
    assert.equal(
      again,
      "npx motekit sim --realtime --board esp8266 --link wifi-home,outage=8s@25s --for 20000ms --every 2000ms --qos 1 " +
        "--protocol 3.1.1 --devices 1 --faults cut@5s --drain 30000ms --broker embedded --username 'o'\\''neil & co' --seed 7",
    );
  });

  it("has no password", () => {
    const again = commandLine({ ...options, broker: "mqtts://me:s3cret@host:8883" }, 7);
    assert.match(again, /--broker mqtts:\/\/me@host:8883 /);
  });
});

const report = {
  seed: 7,
  devices: 1,
  readings: 20,
  delivered: 20,
  refused: 0,
  lost: 0,
  lostQos0: 0,
  pending: 0,
  outcomeUnknown: 0,
  duplicates: 0,
  dropped: { expired: 0, superseded: 0, overflow: 0, sessionLost: 0 },
  connections: 1,
  willsFired: 0,
  latencyMs: { p50: 5, p90: 9, p99: 120, max: 120 },
  violations: [],
} as unknown as Report;

const device: DeviceRecord = {
  device: 1,
  life: 1,
  isOn: true,
  connections: 1,
  statusPublished: 2,
  lastStatus: { status: "offline", atMs: 900 },
  offlineUnasked: 0,
  leftMs: 900,
  version: 5,
  lastTrouble: null,
};

describe("the summary", () => {
  it("of a run in which all went well is short", () => {
    assert.equal(
      summaryOf(report, [device]),
      "20 readings taken, 20 received, none lost.\nThe latest came 120 ms after it was taken.\nSaid goodbye: the status is offline.\nSeed 7.",
    );
  });

  it("names everything that did not arrive, and how often the link was made anew", () => {
    const rough = {
      ...report,
      delivered: 14,
      lost: 1,
      pending: 2,
      dropped: { ...report.dropped, overflow: 3 },
      connections: 4,
      willsFired: 1,
    };
    const [first, , third] = summaryOf(rough, [device]).split("\n");
    assert.match(first ?? "", /^20 readings taken, 14 received, 1 lost, 3 dropped, 2 still waiting\./);
    assert.equal(third, "Connected again 3 times; the will fired once.");
  });

  it("does not say goodbye for a device that could not", () => {
    for (const changes of [{ leftMs: null }, { lastStatus: { status: "online", atMs: 1 } }]) {
      assert.match(summaryOf(report, [device, { ...device, ...changes }]), /goodbye did not get through/);
    }
  });

  it("says which promise was broken, when, and how to see it again", () => {
    const violations = [
      {
        promise: "in-order",
        atMs: 81_234,
        device: 2,
        what: "9 came before 8",
        replay: "npx motekit sim --seed 7",
      },
    ];
    assert.match(
      summaryOf({ ...report, violations }, [device]),
      /Broken: in-order, device 2 at 81\.2 s: 9 came before 8\nRun it again: npx motekit sim --seed 7$/,
    );
  });
});

describe("why nothing connected", () => {
  const closed: Trouble = {
    kind: "closed",
    atMs: 1,
    device: 1,
    life: 1,
    reason: "connectTimeout",
    by: "client",
    error: null,
    code: null,
    said: null,
  };
  for (const [what, lastTrouble, words] of [
    ["nothing at all came back", null, "no answer in time"],
    ["no answer", closed, "no answer in time"],
    ["the transport knows why", { ...closed, error: "nothing listens there" }, "nothing listens there"],
    [
      "the broker refused",
      { kind: "refused", atMs: 1, device: 1, life: 1, returnCode: 5, said: null },
      "the broker does not authorise this client",
    ],
    ["the broker lied", { ...closed, reason: "badConnack" }, "the connection ended: badConnack"],
  ] as const) {
    it(what, () => {
      assert.equal(troubleInWords([{ ...device, lastTrouble: lastTrouble as Trouble | null }]), words);
    });
  }
});
