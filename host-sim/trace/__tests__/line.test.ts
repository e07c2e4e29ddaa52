// Claims about a line of the trace: everything is in it, and comes out of it again.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { Happening } from "../happening.ts";
import { inOurWords, timeInWords } from "../in-words.ts";
import { LineError, parseLine, traceLine } from "../line.ts";
import { HAPPENING_KINDS, VOCABULARY } from "../vocabulary.ts";
import { anyHappening, SAMPLES } from "./support/samples.ts";

/** Ends of lines, what steers terminals, and what is invisible. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]/u;

const LEAD = new Set(["atMs", "kind", "device", "life"]);

describe("a line of the trace", () => {
  it("says when, who, what, and each field by its name in the order of the table", () => {
    assert.equal(traceLine(SAMPLES.reading), "1000.250 2.3 reading seq=3 thousandths=-500 refusal=null");
    assert.equal(traceLine(SAMPLES.samplingEnded), "1000.250 - samplingEnded");
    assert.equal(
      traceLine(SAMPLES.closed),
      '1000.250 2.3 closed reason=peerSilent by=client error="reset by peer" code=null said=null',
    );
  });

  for (const kind of HAPPENING_KINDS) {
    it(`leaves out no field of ${kind}, and another value of each is another line`, () => {
      const sample = SAMPLES[kind] as Happening;
      const names = Object.keys(sample).filter((name) => !LEAD.has(name));
      assert.deepEqual(Object.keys(VOCABULARY[kind].fields).sort(), names.sort());
      for (const name of [...names, ..."device life".split(" ").filter((name) => name in sample)]) {
        const value = (sample as unknown as Record<string, unknown>)[name];
        const other = typeof value === "boolean" ? !value : typeof value === "number" ? value + 1 : "other";
        assert.notEqual(traceLine({ ...sample, [name]: other } as Happening), traceLine(sample), name);
      }
    });
  }

  it("does not depend on the order in which fields were given", () => {
    for (const sample of Object.values(SAMPLES)) {
      const turned = Object.fromEntries(Object.entries(sample).reverse()) as unknown as Happening;
      assert.equal(traceLine(turned), traceLine(sample));
    }
  });

  it("has the time with three decimals, from the first microsecond to the thirtieth year", () => {
    const timeOf = (atMs: number) => traceLine({ kind: "samplingEnded", atMs }).split(" ")[0];
    assert.deepEqual([0, 0.001, 7, 999.9994, 999.9996, 1000.0004].map(timeOf), [
      "0.000",
      "0.001",
      "7.000",
      "999.999",
      "1000.000",
      "1000.000",
    ]);
    assert.equal(timeOf(946_080_005_006.007), "946080005006.007");
  });

  it("is one line of what is safe to print, whatever anybody sent", () => {
    fc.assert(
      fc.property(anyHappening, (happening) => {
        for (const line of [traceLine(happening), inOurWords(happening)]) {
          assert.doesNotMatch(line, UNSAFE);
          assert.equal(Buffer.from(line).toString(), line, "no halves of surrogate pairs");
        }
      }),
    );
  });
});

describe("a line that is read", () => {
  it("is the happening that was written, for every kind", () => {
    for (const sample of Object.values(SAMPLES)) assert.deepEqual(parseLine(traceLine(sample)), sample);
    fc.assert(
      fc.property(anyHappening, (happening) => {
        assert.deepEqual(parseLine(traceLine(happening)), { ...happening });
      }),
      { numRuns: 1000 },
    );
  });

  it("is refused when it is cut anywhere, or goes on after its end", () => {
    const sure = traceLine(SAMPLES.seen);
    for (let length = 0; length < sure.length; length += 1) {
      assert.throws(() => parseLine(sure.slice(0, length)), LineError, sure.slice(0, length));
    }
    for (const more of [" ", " x=1", "x"]) assert.throws(() => parseLine(sure + more), LineError);
  });

  for (const [wrong, why] of [
    ["1.000 2.1 nonsense", /nothing is called nonsense/],
    ["1.000 - opening", /opening happens to one device/],
    ['1.000 1.1 fault fault="cut"', /fault happens to all devices/],
    ["1.000 1.1 output isOn=true output=1", /output has no output where it should have/],
    ["1.000 1.1 output output=on isOn=true", /output of output is no number/],
    ["1.000 1.1 output output=null isOn=true", /output of output is no number/],
    ["1.000 1.1 output output=1 isOn=yes", /isOn of output is no flag/],
    ["1.000 1.1 brokerClosed why=null", /why of brokerClosed is no text/],
    ["1.000 1.1 brokerClosed why=bare", /why of brokerClosed is no text/],
    ['1.000 1.1 brokerClosed why="\\x"', /why of brokerClosed is no text/],
    ['1.000 1.1 commanded number=1 qos=3 isRetained=true payload=""', /qos of commanded is no qos/],
    ["1.00 1.1 opening", /does not begin with a time/],
  ] as const) {
    it(`is refused as ${wrong}`, () => {
      assert.throws(
        () => parseLine(wrong),
        (error) => error instanceof LineError && why.test(error.message),
      );
    });
  }
});

describe("a happening in words", () => {
  it("names packets, and says times in days", () => {
    assert.equal(
      inOurWords(SAMPLES.packet),
      "-> PUBLISH 65535 QoS 2 DUP properties 2=60 35=1, 56 bytes, connection 4",
    );
    assert.equal(inOurWords(SAMPLES.reading), "3: -0.500 °C");
    assert.equal(timeInWords(90_061_001.999), "1 01:01:01.001");
  });

  it("has something to say about every kind", () => {
    for (const kind of HAPPENING_KINDS)
      assert.match(inOurWords(SAMPLES[kind] as Happening), /^\S.*\S$/, kind);
  });
});
