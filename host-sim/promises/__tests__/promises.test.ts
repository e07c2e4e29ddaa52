// Claims about the promises: each is broken by the one thing it forbids, excused by what it cannot claim, and by nothing else.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { DeviceRecord, Reading } from "../../scenario/ledger.ts";
import { PROMISES } from "../all.ts";
import { inOrder } from "../in-order.ts";
import { memoryNeverGrows } from "../memory-never-grows.ts";
import { nothingLost } from "../nothing-lost.ts";
import type { Evidence, KeptPromise } from "../promise.ts";
import { qos2ExactlyOnce } from "../qos2-exactly-once.ts";
import { statusTellsTruth } from "../status-tells-truth.ts";

const device: DeviceRecord = {
  device: 1,
  life: 1,
  isOn: true,
  connections: 1,
  statusPublished: 2,
  lastStatus: { status: "offline", atMs: 900 },
  offlineUnasked: 0,
  leftMs: 900,
  sessionLostMs: [],
  lastTrouble: null,
};

function reading(seq: number, changes: Partial<Reading> = {}): Reading {
  const takenMs = seq * 10;
  return {
    device: 1,
    life: 1,
    seq,
    takenMs,
    isRefused: false,
    end: "published",
    seenMs: [takenMs + 5],
    ...changes,
  };
}

function evidence(changes: Partial<Evidence> = {}): Evidence {
  const readings = changes.readings ?? [reading(1), reading(2)];
  return {
    qos: 1,
    readings,
    arrivals: readings,
    devices: [device],
    memoryGrowthBytes: 0,
    endMs: 1000,
    ...changes,
  };
}

function broken(promise: KeptPromise, given: Partial<Evidence>): number {
  return promise.judge(evidence(given)).filter(({ excuse }) => excuse === null).length;
}

function excused(promise: KeptPromise, given: Partial<Evidence>): number {
  return promise.judge(evidence(given)).length - broken(promise, given);
}

it("a run in which all went well breaks none and excuses none", () => {
  for (const qos of [0, 1, 2] as const) {
    assert.deepEqual(
      PROMISES.flatMap((promise) => promise.judge(evidence({ qos }))),
      [],
    );
  }
});

it("no two promises share a name", () => {
  assert.equal(new Set(PROMISES.map(({ name }) => name)).size, PROMISES.length);
});

describe("nothing lost", () => {
  it("is broken by one that was said to be published and never came, above QoS 0", () => {
    const readings = [reading(1), reading(2, { seenMs: [] })];
    assert.deepEqual(
      [0, 1, 2].map((qos) => broken(nothingLost, { qos: qos as 0 | 1 | 2, readings })),
      [0, 1, 1],
    );
    assert.equal(nothingLost.judge(evidence({ readings }))[0]?.atMs, 20);
  });

  it("is kept by one that was refused, dropped with a word, or still waits", () => {
    const readings = [
      reading(1, { isRefused: true, end: null, seenMs: [] }),
      reading(2, { end: "overflow", seenMs: [] }),
      reading(3, { end: null, seenMs: [] }),
    ];
    assert.deepEqual(nothingLost.judge(evidence({ readings })), []);
  });

  it("cannot be claimed for what waited when the power failed", () => {
    const waiting = { readings: [reading(1, { end: null, seenMs: [] })] };
    for (const changed of [{ life: 2 }, { isOn: false }]) {
      const devices = [{ ...device, ...changed }];
      assert.deepEqual(
        [broken(nothingLost, { ...waiting, devices }), excused(nothingLost, { ...waiting, devices })],
        [0, 1],
      );
    }
  });
});

describe("QoS 2 exactly once", () => {
  const readings = [reading(1, { seenMs: [12, 60] })];

  it("is broken by a second arrival, at its moment; QoS 1 may repeat", () => {
    assert.deepEqual(qos2ExactlyOnce.judge(evidence({ qos: 2, readings })), [{ atMs: 60, excuse: null }]);
    assert.equal(broken(qos2ExactlyOnce, { qos: 1, readings }), 0);
  });

  it("cannot be claimed across a session that the broker forgot meanwhile, only then", () => {
    const forgotten = (atMs: number) => ({
      qos: 2 as const,
      readings,
      devices: [{ ...device, sessionLostMs: [atMs] }],
    });
    assert.deepEqual(
      [5, 30, 70].map((atMs) => excused(qos2ExactlyOnce, forgotten(atMs))),
      [0, 1, 0],
    );
  });
});

describe("in order", () => {
  it("is broken by a first arrival after that of a later reading", () => {
    const arrivals = [reading(2), reading(1, { seenMs: [99] }), reading(3)];
    assert.deepEqual(inOrder.judge(evidence({ arrivals })), [{ atMs: 99, excuse: null }]);
    assert.equal(broken(inOrder, { qos: 0, arrivals }), 0);
  });

  it("looks at each life of each device by itself", () => {
    const arrivals = [
      reading(5),
      reading(1, { life: 2 }),
      reading(1, { device: 2 }),
      reading(2, { life: 2 }),
    ];
    assert.equal(broken(inOrder, { arrivals }), 0);
  });
});

describe("the status tells the truth", () => {
  it("is broken by a device that left and is said to be online", () => {
    const devices = [{ ...device, lastStatus: { status: "online", atMs: 950 } }];
    assert.equal(broken(statusTellsTruth, { devices }), 1);
  });

  it("is broken by a status that nobody ever saw", () => {
    assert.equal(broken(statusTellsTruth, { devices: [{ ...device, lastStatus: null }] }), 1);
  });

  it("cannot be claimed for a goodbye that did not get through", () => {
    const devices = [{ ...device, leftMs: null, lastStatus: { status: "online", atMs: 950 } }];
    assert.deepEqual([broken(statusTellsTruth, { devices }), excused(statusTellsTruth, { devices })], [0, 1]);
  });

  it("says nothing of a device that never connected", () => {
    assert.deepEqual(
      statusTellsTruth.judge(evidence({ devices: [{ ...device, connections: 0, lastStatus: null }] })),
      [],
    );
  });
});

it("memory that grew by one byte breaks its promise", () => {
  assert.equal(broken(memoryNeverGrows, { memoryGrowthBytes: 1 }), 1);
});
