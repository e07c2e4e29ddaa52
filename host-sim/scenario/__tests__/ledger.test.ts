// Claims about the account of readings: what stands where, and that nothing stands twice or nowhere.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { ReadingEnd } from "../../device/device-event.ts";
import type { Happening } from "../../trace/happening.ts";
import { createLedger, type Ledger } from "../ledger.ts";
import { countReadings, holdsOf, latencyOf } from "../report.ts";

const ONE = { device: 1, life: 1 } as const;

function ledgerOf(...happenings: readonly Happening[]): Ledger {
  const ledger = createLedger();
  ledger.see({ kind: "power", atMs: 0, ...ONE, isOn: true, cause: "cold" });
  for (const happening of happenings) ledger.see(happening);
  return ledger;
}

function taken(seq: number, atMs: number, refusal: "outboxFull" | null = null): Happening {
  return { kind: "reading", atMs, ...ONE, seq, thousandths: 20_000, refusal };
}

function ended(seq: number, end: ReadingEnd, atMs = 100): Happening {
  return { kind: "readingEnded", atMs, ...ONE, seq, end };
}

function seen(seq: number, atMs: number, life = 1): Happening {
  const payload = `{"seq":${seq},"celsius":20.00}`;
  return { kind: "seen", atMs, device: 1, life, level: "reading", payload, isRetained: false };
}

function status(payload: string, atMs: number, isRetained = false): Happening {
  return { kind: "seen", atMs, ...ONE, level: "status", payload, isRetained };
}

const NONE_DROPPED = { expired: 0, superseded: 0, overflow: 0, sessionLost: 0, notSupported: 0 };

describe("a reading at QoS 1", () => {
  for (const [what, happenings, place] of [
    ["that arrived is delivered", [taken(1, 0), ended(1, "published"), seen(1, 9)], { delivered: 1 }],
    ["that arrived is delivered, even while its ack is missing", [taken(1, 0), seen(1, 9)], { delivered: 1 }],
    [
      "that arrived is delivered, whatever the device was told",
      [taken(1, 0), seen(1, 9), ended(1, "sessionLost")],
      { delivered: 1 },
    ],
    [
      "that arrived twice is delivered once, with a duplicate",
      [taken(1, 0), seen(1, 9), seen(1, 10)],
      { delivered: 1, duplicates: 1 },
    ],
    [
      "that was said to be published and did not arrive is lost",
      [taken(1, 0), ended(1, "published")],
      { lost: 1 },
    ],
    ["that still waits is pending", [taken(1, 0)], { pending: 1 }],
    ["that was refused is refused and not accepted", [taken(1, 0, "outboxFull")], { refused: 1 }],
    [
      "past PUBREC in a forgotten session has an unknown outcome",
      [taken(1, 0), ended(1, "outcomeUnknown")],
      { outcomeUnknown: 1 },
    ],
    [
      "that went with the power is lost",
      [taken(1, 0), { kind: "power", atMs: 5, ...ONE, isOn: false, cause: "cold" }],
      { lost: 1 },
    ],
    [
      "of an earlier life is lost, although the device is on again",
      [taken(1, 0), { kind: "power", atMs: 5, device: 1, life: 2, isOn: true, cause: "cold" }],
      { lost: 1 },
    ],
  ] as const) {
    it(what, () => {
      const { readings, accepted, dropped, ...counts } = countReadings(ledgerOf(...happenings), 1);
      const none = {
        refused: 0,
        delivered: 0,
        rejected: 0,
        lost: 0,
        lostQos0: 0,
        pending: 0,
        outcomeUnknown: 0,
        duplicates: 0,
      };
      assert.deepEqual(counts, { ...none, ...place });
      assert.equal(readings, 1);
      assert.equal(accepted.qos1, "refused" in place ? 0 : 1);
      assert.deepEqual(dropped, NONE_DROPPED);
    });
  }

  for (const reason of ["expired", "overflow", "superseded", "sessionLost", "notSupported"] as const) {
    it(`dropped as ${reason} is counted under that reason alone`, () => {
      const { dropped, lost } = countReadings(ledgerOf(taken(1, 0), ended(1, reason)), 1);
      assert.deepEqual(dropped, { ...NONE_DROPPED, [reason]: 1 });
      assert.equal(lost, 0);
    });
  }
});

describe("the sums", () => {
  const ends: readonly (ReadingEnd | null)[] = [
    null,
    "published",
    "handedOver",
    "overflow",
    "superseded",
    "sessionLost",
    "outcomeUnknown",
    "offline",
    "connectionClosed",
    "cancelled",
  ];
  const fate = fc.record({ isRefused: fc.boolean(), end: fc.constantFrom(...ends), arrivals: fc.nat(2) });

  for (const qos of [0, 1, 2] as const) {
    it(`at QoS ${qos} account for every reading, whatever became of each`, () => {
      fc.assert(
        fc.property(fc.array(fate), fc.boolean(), (fates, isOnAtEnd) => {
          const ledger = ledgerOf(
            ...fates.flatMap(({ isRefused, end, arrivals }, index) => [
              taken(index + 1, index, isRefused ? "outboxFull" : null),
              ...Array.from({ length: isRefused ? 0 : arrivals }, (_, count) =>
                seen(index + 1, index + count),
              ),
              ...(end === null || isRefused ? [] : [ended(index + 1, end)]),
            ]),
          );
          ledger.see({ kind: "power", atMs: 1000, ...ONE, isOn: isOnAtEnd, cause: "cold" });
          const sums = countReadings(ledger, qos);
          const { accepted, dropped, delivered, rejected, outcomeUnknown, lost, lostQos0, pending } = sums;
          const all = accepted.qos0 + accepted.qos1 + accepted.qos2;
          assert.equal(sums.readings, all + sums.refused);
          const drops = Object.values(dropped).reduce((total, count) => total + count, 0);
          assert.equal(all, delivered + rejected + drops + outcomeUnknown + lost + pending + lostQos0);
          assert.equal(accepted[`qos${qos}`], all);
          assert.equal(qos === 0 ? lost + pending + drops : lostQos0, 0);
        }),
      );
    });
  }
});

describe("the ledger", () => {
  it("tells the readings of two lives apart that have the same number", () => {
    const ledger = ledgerOf(taken(1, 0), seen(1, 5));
    ledger.see({ kind: "power", atMs: 10, device: 1, life: 2, isOn: true, cause: "cold" });
    ledger.see({ kind: "reading", atMs: 20, device: 1, life: 2, seq: 1, thousandths: 1, refusal: null });
    ledger.see(seen(1, 25, 2));
    assert.equal(ledger.verdicts.delivered, 2);
    assert.equal(ledger.duplicates, 0);
    ledger.see(seen(1, 30, 1));
    assert.equal(ledger.duplicates, 1);
  });

  it("ignores what arrives from nobody's reading", () => {
    const ledger = ledgerOf(taken(1, 0), seen(7, 5));
    assert.equal(ledger.verdicts.delivered, 0);
    assert.equal(ledger.duplicates, 0);
  });

  it("knows how many are said to be published and have not arrived", () => {
    const ledger = ledgerOf(taken(1, 0), taken(2, 0), taken(3, 0), seen(3, 1), ended(1, "published"));
    ledger.see(ended(3, "published"));
    assert.equal(ledger.awaited, 1);
    ledger.see(seen(1, 50));
    assert.equal(ledger.awaited, 0);
  });

  it("holds what a sleeping device has for pending, not for lost", () => {
    const ledger = ledgerOf(taken(1, 0));
    ledger.see({ kind: "power", atMs: 5, ...ONE, isOn: false, cause: "sleep" });
    assert.equal(ledger.verdicts.pending, 1);
  });

  it("keeps the largest reading that arrived, in bytes", () => {
    const ledger = ledgerOf(taken(9, 0), taken(10, 1), seen(10, 5), seen(9, 6));
    assert.equal(ledger.largestReadingBytes, '{"seq":10,"celsius":20.00}'.length);
  });

  it("counts an offline that nobody asked for, and neither a retained one nor the goodbye's", () => {
    const ledger = ledgerOf(
      status("offline", 1, true),
      status("online", 2),
      status("offline", 3),
      status("online", 4),
      { kind: "goodbye", atMs: 5, ...ONE },
      status("offline", 6),
    );
    assert.equal(ledger.devices[0]?.offlineUnasked, 1);
    assert.deepEqual(ledger.devices[0]?.lastStatus, { status: "offline", atMs: 6 });
  });
});

describe("the latency", () => {
  it("is the time to the first arrival, by the nearest rank", () => {
    const happenings = Array.from({ length: 100 }, (_, index) => [
      taken(index + 1, 0),
      seen(index + 1, index + 1),
      seen(index + 1, 500),
    ]);
    assert.deepEqual(latencyOf(ledgerOf(...happenings.flat()).latencies), {
      p50: 50,
      p90: 90,
      p99: 99,
      max: 100,
    });
  });

  it("of nothing is null, not 0", () => {
    assert.deepEqual(latencyOf(new Map()), { p50: null, p90: null, p99: null, max: null });
  });
});

describe("what the outbox bridges", () => {
  const capacities = {
    receiveBytes: 1024,
    outboxBytes: 1024,
    entries: 13,
    window: 8,
    inboundIds: 32,
    texts: 10,
    textBytes: 240,
    filters: 3,
  };

  it("is bounded by its entries, and lasts as many intervals", () => {
    assert.deepEqual(holdsOf({ qos: 1, everyMs: 2000, capacities }, 30), { readings: 13, ms: 26_000 });
  });

  it("is bounded by its bytes, where they are fewer", () => {
    assert.deepEqual(
      holdsOf({ qos: 2, everyMs: 1000, capacities: { ...capacities, outboxBytes: 100 } }, 30),
      { readings: 2, ms: 2000 },
    );
  });

  it("is nothing at QoS 0, and unknown before a reading was seen", () => {
    assert.deepEqual(holdsOf({ qos: 0, everyMs: 1000, capacities }, 30), { readings: 0, ms: 0 });
    assert.equal(holdsOf({ qos: 1, everyMs: 1000, capacities }, null), null);
  });
});
