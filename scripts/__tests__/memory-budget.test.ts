// The written budget of the client's block against what the build lays out.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { loadBoard } from "../../host-sim/cli/board.ts";
import { clientField } from "../../host-sim/device/block.ts";
import { Core, capacityList, loadModule } from "../../host-sim/device/core.ts";
import { ClientLayout, FiveLayout } from "../../host-sim/device/layout.generated.ts";
import { root } from "../root.ts";

interface Row {
  readonly part: string;
  readonly product: number | null;
  readonly bytes: number;
}

function writtenBudget(): readonly Row[] {
  const lines = readFileSync(join(root, "docs/memory.md"), "utf8").split("\n");
  return lines
    .map((line) => line.split("|").map((cell) => cell.replaceAll("*", "").trim()))
    .filter((cells) => /^\d+$/.test(cells[4] ?? ""))
    .map(([, part = "", , product = "", bytes]) => ({
      part,
      product: productOf(product),
      bytes: Number(bytes),
    }));
}

/** `18 × 18`, or `15 × 18 + 2` where what follows is aligned. */
function productOf(text: string): number | null {
  const [, rows, bytes, rest = "0"] = /^(\d+) × (\d+)(?: \+ (\d+))?$/.exec(text) ?? [];
  return rows === undefined || bytes === undefined ? null : Number(rows) * Number(bytes) + Number(rest);
}

function laidOut(): Readonly<Record<string, number>> {
  const core = new Core(loadModule());
  const capacities = capacityList(loadBoard(join(root, "boards"), "esp8266").capacities);
  const block = core.exports.blockBytes(...capacities);
  const client = core.allocate(block);
  core.exports.init(client, ...capacities);
  const at = (name: Parameters<typeof clientField>[2]): number => clientField(core, client, name);
  return {
    struct: ClientLayout.bytes,
    entries: at("slotsAt") - ClientLayout.bytes,
    slots: at("inboundAt") - at("slotsAt"),
    "inbound ids": at("acksAt") - at("inboundAt"),
    "owed acks": at("textsAt") - at("acksAt"),
    texts: at("filtersAt") - at("textsAt"),
    filters: at("headAt") - at("filtersAt") - FiveLayout.bytes,
    "MQTT 5": FiveLayout.bytes,
    head: at("textBytesAt") - at("headAt"),
    "text bytes": at("outboxAt") - at("textBytesAt"),
    outbox: at("receiveAt") - at("outboxAt"),
    "receive buffer": block - at("receiveAt"),
    block,
  };
}

test("the written budget of the ESP8266's block is what the build lays out, part by part", () => {
  const rows = writtenBudget();
  assert.deepEqual(Object.fromEntries(rows.map(({ part, bytes }) => [part, bytes])), laidOut());
  for (const { part, product, bytes } of rows) {
    if (product !== null) assert.equal(product, bytes, `${part}: rows × bytes`);
  }
});

test("the ESP8266's block fits in 3,072 bytes", () => {
  assert.ok((laidOut().block ?? Number.POSITIVE_INFINITY) <= 3072);
});
