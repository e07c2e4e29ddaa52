// Claims about the flash model: what programming and erasing do, how long they take, and what a power cut leaves, at each byte
// and at each moment.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRandom } from "../../../random/random.ts";
import { VirtualClock } from "../../../time/virtual-clock.ts";
import { W25Q32 } from "../figures.ts";
import { createFlash, type Flash, FlashMisused } from "../flash.ts";

const { sectorBytes, pageBytes, sectorErase, firstByte, nextByte, clearingShare } = W25Q32;
const SECTORS = 3;

class Bench {
  readonly clock = new VirtualClock();
  readonly flash: Flash;

  constructor(seed = 1, figures = W25Q32) {
    this.flash = createFlash({ sectors: SECTORS, figures }, this.clock, createRandom(seed).scope("flash"));
  }

  /** To its end; answers how long it took. */
  write(address: number, bytes: readonly number[]): number {
    return this.#whole((done) => this.flash.write(address, Uint8Array.from(bytes), done));
  }

  erase(sector: number): number {
    return this.#whole((done) => this.flash.erase(sector, done));
  }

  /** Begins, and loses power so long after. */
  cut(begin: (flash: Flash) => void, afterMs: number): void {
    begin(this.flash);
    this.clock.runUntil(this.clock.nowMs + afterMs);
    this.flash.cutPower();
  }

  /** Bits that read both 0 and 1 within many reads, by address. */
  unstable(address: number, length: number): readonly number[] {
    let [ever, always] = [this.flash.read(address, length), this.flash.read(address, length)];
    for (let i = 0; i < 40; i++) {
      const read = this.flash.read(address, length);
      ever = ever.map((byte, at) => byte | (read[at] as number));
      always = always.map((byte, at) => byte & (read[at] as number));
    }
    return [...ever.map((byte, at) => byte & ~(always[at] as number))];
  }

  #whole(begin: (done: () => void) => void): number {
    const startMs = this.clock.nowMs;
    let endMs: number | null = null;
    begin(() => {
      endMs = this.clock.nowMs;
    });
    assert.equal(endMs, null, "done within the call");
    while (endMs === null) assert.ok(this.clock.runNext(), "it never ends");
    return endMs - startMs;
  }
}

const near = (actual: number, expected: number) =>
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual} is not ${expected}`);
const countdown = (length: number) => Array.from({ length }, (_, i) => (251 * (i + 1)) & 0xff);

describe("programming", () => {
  it("finds a new chip all 0xff", () => {
    const image = new Bench().flash.image();
    assert.equal(image.length, SECTORS * sectorBytes);
    assert.ok(image.every((byte) => byte === 0xff));
  });

  it("makes 1 into 0 and never 0 into 1, for every pair of bytes; asking for it is counted, padding is not", () => {
    for (let value = 0; value < 256; value++) {
      const bench = new Bench();
      const olds = Array.from({ length: 256 }, (_, old) => old);
      bench.write(0, olds);
      assert.equal(bench.flash.misuses, 0);
      bench.write(0, Array(256).fill(value));
      assert.deepEqual(
        [...bench.flash.read(0, 256)],
        olds.map((old) => old & value),
      );
      const impossible = olds.filter((old) => (old & value) !== value).length;
      assert.equal(bench.flash.misuses, value === 0xff ? 0 : impossible);
    }
  });

  it("takes the bytes as they were when asked, and shows them no sooner than they are programmed", () => {
    const bench = new Bench();
    const bytes = Uint8Array.of(1, 2, 3);
    bench.flash.write(10, bytes, () => undefined);
    bytes.fill(0);
    assert.deepEqual([...bench.flash.image().subarray(10, 13)], [0xff, 0xff, 0xff]);
    bench.clock.runUntil(1);
    assert.deepEqual([...bench.flash.read(9, 5)], [0xff, 1, 2, 3, 0xff]);
  });

  it("takes the data sheet's time: by bytes, and page by page across a boundary", () => {
    const bench = new Bench();
    near(bench.write(0, [0]), firstByte.typicalMs);
    near(bench.write(0, countdown(10)), firstByte.typicalMs + 9 * nextByte.typicalMs);
    near(bench.write(pageBytes - 1, [0, 0]), 2 * firstByte.typicalMs);
    assert.ok(bench.write(sectorBytes, countdown(pageBytes)) <= W25Q32.page.typicalMs);
  });
});

describe("erasing", () => {
  it("sets a sector to 0xff, and no byte beside it; each time is counted", () => {
    const bench = new Bench();
    bench.write(0, countdown(SECTORS * sectorBytes));
    const before = bench.flash.image();
    assert.equal(bench.erase(1), sectorErase.typicalMs);
    const expected = before.slice();
    expected.fill(0xff, sectorBytes, 2 * sectorBytes);
    assert.deepEqual(bench.flash.image(), expected);
    assert.deepEqual(
      [0, 1, 2].map((sector) => bench.flash.wear(sector)),
      [0, 1, 0],
    );
  });

  it("takes longer the more a sector is worn, to the maximum and no further", () => {
    const bench = new Bench(1, { ...W25Q32, endurance: 2 });
    const { typicalMs, maximumMs } = sectorErase;
    const times = Array.from({ length: 4 }, () => bench.erase(0));
    const expected = [typicalMs, (typicalMs + maximumMs) / 2, maximumMs, maximumMs];
    for (const [i, ms] of times.entries()) near(ms, expected[i] as number);
    assert.equal(bench.erase(1), typicalMs);
  });
});

describe("a caller's mistake", () => {
  const misuses: readonly (readonly [string, (flash: Flash) => void, RegExp])[] = [
    ["reads past the end", (flash) => flash.read(12287, 2), /read of 2 bytes at 0x2fff: .*0x3000/],
    ["writes before the start", (flash) => flash.write(-1, Uint8Array.of(0), assert.fail), /-0x1/],
    ["writes past the end", (flash) => flash.write(12288, Uint8Array.of(0), assert.fail), /0x3000/],
    ["erases a sector that is none", (flash) => flash.erase(3, assert.fail), /no sector 3, at 0x3000/],
    ["erases half a sector", (flash) => flash.erase(0.5, assert.fail), /no sector 0.5/],
  ];
  for (const [title, act, message] of misuses)
    it(`that ${title} is refused by its address, and changes nothing`, () => {
      const bench = new Bench();
      bench.write(0, countdown(64));
      const before = bench.flash.image();
      assert.throws(
        () => act(bench.flash),
        (error) => error instanceof FlashMisused && message.test(error.message),
      );
      bench.clock.runUntil(1000);
      assert.deepEqual(bench.flash.image(), before);
    });

  it("that asks while the chip is busy is refused, and what it is busy with goes on", () => {
    const bench = new Bench();
    let isDone = false;
    bench.flash.write(0, Uint8Array.of(7), () => {
      isDone = true;
    });
    const busy = /busy/;
    assert.throws(() => bench.flash.read(0, 1), busy);
    assert.throws(() => bench.flash.erase(0, assert.fail), busy);
    assert.throws(() => bench.flash.write(1, Uint8Array.of(7), assert.fail), busy);
    bench.clock.runUntil(1);
    assert.equal(isDone, true);
    assert.deepEqual([...bench.flash.read(0, 2)], [7, 0xff]);
  });
});

describe("a write that loses power", () => {
  const LENGTH = 12;
  const AT = pageBytes - 5;
  const bytes = countdown(LENGTH).map((byte) => byte & 0x5a);
  const write = (flash: Flash) => flash.write(AT, Uint8Array.from(bytes), assert.fail);
  /** When each byte is done: five in the first page, the others in the next. */
  const doneMs = bytes.map((_, i) => {
    const [pageStartMs, inPage] = i < 5 ? [0, i] : [firstByte.typicalMs + 4 * nextByte.typicalMs, i - 5];
    return pageStartMs + firstByte.typicalMs + inPage * nextByte.typicalMs;
  });

  for (let torn = 0; torn < LENGTH; torn++)
    it(`at byte ${torn} leaves those before it whole, those behind it and beside the write untouched`, () => {
      const beganMs = torn === 0 ? 0 : (doneMs[torn - 1] as number);
      const middleMs = (beganMs + (doneMs[torn] as number)) / 2;
      const seen = new Set<number>();
      for (let seed = 1; seed <= 30; seed++) {
        const bench = new Bench(seed);
        bench.cut(write, middleMs);
        const image = bench.flash.image();
        assert.deepEqual([...image.subarray(AT, AT + torn)], bytes.slice(0, torn));
        const byte = image[AT + torn] as number;
        const wanted = bytes[torn] as number;
        assert.equal(byte & wanted, wanted, "a bit that was to stay 1 was cleared");
        seen.add(byte);
        const beside = [...image.subarray(0, AT), ...image.subarray(AT + torn + 1)];
        assert.ok(beside.every((other) => other === 0xff));
      }
      assert.ok(seen.size > 3, `only ${seen.size} outcomes of a byte half programmed`);
    });

  it("reaches every bit of a byte on its own: 0, 1 and undecided", () => {
    const zero = new Set<number>();
    const one = new Set<number>();
    const undecided = new Set<number>();
    for (let seed = 1; seed <= 60; seed++) {
      const bench = new Bench(seed);
      bench.cut((flash) => flash.write(0, Uint8Array.of(0), assert.fail), firstByte.typicalMs / 2);
      const [read = 0] = bench.flash.read(0, 1);
      const [mask = 0] = bench.unstable(0, 1);
      for (let bit = 0; bit < 8; bit++) {
        if (mask & (1 << bit)) undecided.add(bit);
        else (read & (1 << bit) ? one : zero).add(bit);
      }
    }
    assert.deepEqual([zero.size, one.size, undecided.size], [8, 8, 8]);
  });

  it("at its very start leaves nothing, and after its end everything", () => {
    const bench = new Bench();
    bench.cut(write, 0);
    assert.ok(bench.flash.image().every((byte) => byte === 0xff));
    bench.write(AT, bytes);
    bench.flash.cutPower();
    assert.deepEqual([...bench.flash.read(AT, LENGTH)], bytes);
  });

  it("clears the more bits the later it is, and never calls back", () => {
    const zeros = [0.1, 0.5, 0.9].map((share) => {
      let count = 0;
      for (let seed = 1; seed <= 40; seed++) {
        const bench = new Bench(seed);
        bench.cut((flash) => flash.write(0, Uint8Array.of(0), assert.fail), share * firstByte.typicalMs);
        bench.clock.runUntil(1000);
        const [byte = 0] = bench.flash.read(0, 1);
        for (let bit = 0; bit < 8; bit++) count += (byte >> bit) & 1 ? 0 : 1;
      }
      return count;
    });
    assert.ok(
      (zeros[0] as number) < (zeros[1] as number) && (zeros[1] as number) < (zeros[2] as number),
      `${zeros}`,
    );
  });

  it("leaves undecided what an earlier one left so, where it asks for nothing", () => {
    const bench = new Bench(4);
    const tear = (value: number) => {
      for (let at = 0; at < 20; at++)
        bench.cut((flash) => flash.write(at, Uint8Array.of(value), assert.fail), firstByte.typicalMs / 2);
      return bench.unstable(0, 20);
    };
    const first = tear(0x0f);
    assert.ok(first.some((mask) => mask !== 0));
    const both = tear(0xf0);
    assert.deepEqual(
      both.map((mask) => mask & 0xf0),
      first,
    );
    assert.ok(both.some((mask) => mask & 0x0f));
  });

  it("can be finished by the same write again; what was undecided is then 0, or still undecided and counted", () => {
    for (let seed = 1; seed <= 30; seed++) {
      const bench = new Bench(seed);
      bench.cut((flash) => flash.write(0, Uint8Array.of(0x0f), assert.fail), firstByte.typicalMs / 2);
      bench.write(0, [0x0f]);
      assert.deepEqual([...bench.flash.read(0, 1)], [0x0f]);
      assert.deepEqual(bench.unstable(0, 1), [0]);
      assert.equal(bench.flash.misuses, 0);
    }
    const bench = new Bench(3);
    for (let at = 0; at < 20; at++)
      bench.cut((flash) => flash.write(at, Uint8Array.of(0), assert.fail), firstByte.typicalMs / 2);
    assert.ok(bench.unstable(0, 20).some((mask) => mask !== 0));
    const undecided = bench.unstable(0, 20).filter((mask) => mask & 0x0f).length;
    bench.write(0, Array(20).fill(0x0f));
    assert.ok(bench.flash.misuses >= undecided && undecided > 0);
  });
});

describe("an erasure that loses power", () => {
  const old = countdown(sectorBytes);
  const torn = (share: number, seed = 1, figures = W25Q32): Bench => {
    const bench = new Bench(seed, figures);
    for (let sector = 0; sector < SECTORS; sector++) bench.write(sector * sectorBytes, old);
    bench.cut((flash) => flash.erase(1, assert.fail), share * sectorErase.typicalMs);
    return bench;
  };
  const sector = (bench: Bench, number = 1) => [...bench.flash.read(number * sectorBytes, sectorBytes)];

  for (const share of [0, 0.1, 0.25, 0.3, 0.6, 0.99])
    it(`after ${share * 100} % changes nothing beside the sector, and counts as wear`, () => {
      const bench = torn(share);
      assert.deepEqual(sector(bench, 0), old);
      assert.deepEqual(sector(bench, 2), old);
      assert.equal(bench.flash.wear(1), 1);
      assert.equal(bench.flash.isBusy, false);
    });

  it("at first leaves old bytes in front and zeros behind, as cells are cleared from the end", () => {
    const bytes = sector(torn(clearingShare / 2));
    const half = sectorBytes / 2;
    assert.deepEqual(bytes.slice(0, half), old.slice(0, half));
    assert.ok(bytes.slice(half).every((byte) => byte === 0));
  });

  it("later leaves bits of all three kinds, and forgets what was 1 before", () => {
    const bench = torn((1 + clearingShare) / 2);
    const bytes = sector(bench);
    assert.ok(bytes.some((byte) => byte !== 0) && bytes.some((byte) => byte !== 0xff));
    assert.ok(bytes.some((byte, at) => (byte & (old[at] as number)) !== old[at]));
    assert.ok(bench.unstable(sectorBytes, sectorBytes).some((mask) => mask !== 0));
  });

  it("near its end may look erased without being so: bits flip from one read to the next", () => {
    const bench = torn(0.995);
    const ones = sector(bench).filter((byte) => byte === 0xff).length;
    assert.ok(ones > sectorBytes / 20, `${ones} bytes look erased`);
    assert.ok(bench.unstable(sectorBytes, sectorBytes).some((mask) => mask !== 0));
  });

  it("of a chip that does not clear first keeps every 1 and loses some 0", () => {
    const bytes = sector(torn(0.5, 1, { ...W25Q32, clearingShare: 0 }));
    assert.ok(bytes.every((byte, at) => (byte & (old[at] as number)) === old[at]));
    assert.ok(bytes.some((byte, at) => byte !== old[at]) && bytes.some((byte) => byte !== 0xff));
  });

  it("is mended by an erasure that ends: all 0xff, and it stays so", () => {
    const bench = torn(0.6);
    bench.erase(1);
    assert.ok(sector(bench).every((byte) => byte === 0xff));
    assert.ok(bench.unstable(sectorBytes, sectorBytes).every((mask) => mask === 0));
  });

  it("leaves the same for the same seed, reads included, and something else for another", () => {
    const outcome = (seed: number) => {
      const bench = torn(0.6, seed);
      return [sector(bench), sector(bench)];
    };
    assert.deepEqual(outcome(5), outcome(5));
    assert.notDeepEqual(outcome(5), outcome(6));
  });
});
