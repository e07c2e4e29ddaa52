// Claims about the boards that ship: every number has a source, and what is said of flash, pins and budgets can be true.
import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { sourcedNumbers, unsourcedNumbers } from "../../net/link/sources.ts";
import { packageRoot } from "../../package/package-root.ts";
import { type Board, boardNames, loadBoard } from "../board.ts";

const folder = join(packageRoot(), "boards");
const boards = boardNames(folder).map((name) => loadBoard(folder, name));

/** Words that a source can be about besides numbers. */
function isThere(board: Board, pointer: string): boolean {
  const found = pointer
    .slice(1)
    .split("/")
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], board);
  return found !== undefined;
}

it("there is one for every name that the commands promise", () => {
  for (const name of ["esp8266", "esp8266-512k", "esp01", "esp32", "esp32-c3", "esp32-s3", "linux"]) {
    assert.ok(
      boards.some((board) => board.name === name),
      name,
    );
  }
});

it("no interpreter reports itself as two boards with different chips", () => {
  const chips = new Map<string, string>();
  for (const { espruino } of boards) {
    for (const report of espruino?.reportsAs ?? []) {
      const chip = espruino?.interpreter.chip ?? "";
      assert.equal(chips.get(report) ?? chip, chip, report);
      chips.set(report, chip);
    }
  }
});

for (const board of boards) {
  describe(board.name, () => {
    it("has a source for every number, and none about nothing", () => {
      assert.deepEqual(unsourcedNumbers(board), []);
      assert.ok(sourcedNumbers(board).length > 0);
      for (const pointer of Object.keys(board.sources)) assert.ok(isThere(board, pointer), pointer);
    });

    it("has a source for its pins and its interpreter, words though they are", () => {
      for (const part of ["pins", "espruino"] as const) {
        if (board[part] === null) continue;
        const pointers = Object.keys(board.sources);
        assert.ok(
          pointers.some((pointer) => pointer === `/${part}` || pointer.startsWith(`/${part}/`)),
          part,
        );
      }
    });

    it("keeps nothing in flash over another part, or beyond the chip's end", () => {
      const { espruino, memory } = board;
      if (espruino === null) return;
      const addresses = espruino.interpreter.parts.map(({ address }) => Number(address));
      assert.deepEqual(
        addresses,
        addresses.toSorted((a, b) => a - b),
      );
      assert.equal(new Set(addresses).size, addresses.length);
      assert.ok((addresses.at(-1) ?? 0) < (memory.flashBytes ?? 0));
      const { wholeImage } = espruino.interpreter;
      if (wholeImage !== null) assert.ok(wholeImage.bytes <= (memory.flashBytes ?? 0));
    });

    it("has a budget within what its interpreter has", () => {
      if (board.espruino === null) return;
      const { budget, storageBytes, variables, variableBytes } = board.espruino;
      assert.ok(budget.imageBytes < storageBytes && budget.variables < variables);
      const { receiveBytes, outboxBytes } = board.capacities;
      assert.ok((receiveBytes + outboxBytes) / variableBytes < budget.variables);
      assert.ok(variables * variableBytes < (board.memory.ramBytes ?? 0));
    });

    it("says nothing of one pin that it contradicts elsewhere", () => {
      if (board.pins === null) return;
      const { labels, analog, taken } = board.pins;
      const flash = Object.keys(taken).filter((pin) => taken[pin]?.includes("flash chip"));
      const offered = [...analog, ...Object.values(labels).flatMap((names) => Object.values(names))];
      assert.deepEqual(
        offered.filter((pin) => flash.includes(pin)),
        [],
      );
      for (const names of Object.values(labels)) {
        const pins = Object.values(names);
        assert.equal(new Set(pins).size, pins.length, "two labels for one pin");
      }
    });
  });
}
