// Owns the shortest ways to a connected client. Knows nothing of what a test does with it.

import assert from "node:assert/strict";
import type { Core } from "../../core.ts";
import { Phase } from "../../layout.generated.ts";
import { BlockUnderTest, smallCapacities } from "./block-under-test.ts";
import { packetBytes, packetLines, type Version } from "./notation.ts";

/** Most rules are the same in both. */
export const VERSIONS: readonly Version[] = [4, 5];

const ACCEPTED = "CONNACK sp=0 code=0";
const RESUMED = "CONNACK sp=1 code=0";

export function nameOfVersion(version: Version): string {
  return version === 5 ? "MQTT 5" : "MQTT 3.1.1";
}

function versionOf(block: BlockUnderTest): Version {
  return block.field("version") === 5 ? 5 : 4;
}

interface Choices {
  readonly version?: Version;
  readonly clean?: boolean;
  readonly keepAliveSeconds?: number;
  readonly prepare?: (block: BlockUnderTest) => void;
}

/** A client after its first CONNACK, with nothing owed either way. */
export function connectedClient(core: Core, choices: Choices = {}): BlockUnderTest {
  const { version = 4, clean = true, keepAliveSeconds = 60, prepare } = choices;
  const block = new BlockUnderTest(core, { ...smallCapacities, outboxBytes: 1024 });
  core.exports.setVersion(block.client, version);
  core.exports.setClean(block.client, clean ? 1 : 0);
  core.exports.setKeepAlive(block.client, keepAliveSeconds);
  core.exports.setClientId(block.client, block.text("device", "String"));
  prepare?.(block);
  accept(block);
  // before 5 the first connection only discards what the broker may have kept
  if (!clean && version === 4) {
    block.closed(0);
    accept(block);
  }
  assert.equal(block.phase, Phase.Connected);
  return block;
}

/** Connects to a broker that knows no session. What was sent from CONNACK on. */
export function accept(block: BlockUnderTest): readonly string[] {
  const { sent } = block.connected(packetBytes(ACCEPTED, versionOf(block)));
  return packetLines(sent, versionOf(block));
}

/** The link breaks, and the next connection finds the session again. What was sent from CONNACK on. */
export function resume(block: BlockUnderTest): readonly string[] {
  block.closed(2);
  block.events();
  const { sent } = block.connected(packetBytes(RESUMED, versionOf(block)));
  return packetLines(sent, versionOf(block));
}

export function sentLines(block: BlockUnderTest): readonly string[] {
  return packetLines(block.collect(), versionOf(block));
}

/** Gives a packet of the server. */
export function receive(block: BlockUnderTest, line: string): void {
  block.feed(packetBytes(line, versionOf(block)));
}
