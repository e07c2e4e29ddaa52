// Owns the shortest ways to a connected client. Knows nothing of what a test does with it.

import assert from "node:assert/strict";
import type { Core } from "../../core.ts";
import { Phase } from "../../layout.generated.ts";
import { BlockUnderTest, smallCapacities } from "./block-under-test.ts";
import { packetBytes, packetLines } from "./notation.ts";

const ACCEPTED = packetBytes("CONNACK sp=0 code=0");
const RESUMED = packetBytes("CONNACK sp=1 code=0");

interface Choices {
  readonly clean?: boolean;
  readonly keepAliveSeconds?: number;
  readonly prepare?: (block: BlockUnderTest) => void;
}

/** A client after its first CONNACK, with nothing owed either way. */
export function connectedClient(core: Core, choices: Choices = {}): BlockUnderTest {
  const { clean = true, keepAliveSeconds = 60, prepare } = choices;
  const block = new BlockUnderTest(core, { ...smallCapacities, outboxBytes: 1024 });
  core.exports.setClean(block.client, clean ? 1 : 0);
  core.exports.setKeepAlive(block.client, keepAliveSeconds);
  core.exports.setClientId(block.client, block.text("device", "String"));
  prepare?.(block);
  block.connected(ACCEPTED);
  if (!clean) {
    block.closed(0);
    block.connected(ACCEPTED);
  }
  assert.equal(block.phase, Phase.Connected);
  return block;
}

/** The link breaks, and the next connection finds the session again. What was sent from CONNACK on. */
export function resume(block: BlockUnderTest): readonly string[] {
  block.closed(2);
  block.events();
  return packetLines(block.connected(RESUMED).sent);
}

export function sentLines(block: BlockUnderTest): readonly string[] {
  return packetLines(block.collect());
}

/** Gives a packet of the server. */
export function receive(block: BlockUnderTest, line: string): void {
  block.feed(packetBytes(line));
}
