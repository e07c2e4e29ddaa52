// Owns what a proxy's log says about the PUBLISHes that passed it: their payloads, ids and DUP flags. Knows no sockets.
import assert from "node:assert/strict";
import type { PacketLog } from "./cut.ts";
import { type Direction, describeRecords, type PacketRecord } from "./packet-log.ts";

export interface LoggedPublish extends PacketRecord {
  readonly payload: string;
}

/** All of a direction, also those of which nothing was let through. */
export function publishesIn(log: PacketLog, direction: Direction): readonly LoggedPublish[] {
  return log
    .filter((record) => record.cmd === "publish" && record.direction === direction)
    .map((record) => ({ ...record, payload: record.payload ?? "" }));
}

/**
 * One session: what is sent again carries DUP and its first id, and what is sent on the first connection that carries any
 * message is sent for the first time. Of a later first sighting the log cannot tell, because a message may have been on
 * its way to the proxy when the connection ended.
 */
export function assertDupTellsTheTruth(log: PacketLog): void {
  const sent = publishesIn(log, "toBroker").filter(({ qos }) => qos !== 0);
  const firstConnection = sent[0]?.connection;
  const ids = new Map<string, number | undefined>();
  for (const publish of sent) {
    const isRepeated = ids.has(publish.payload);
    const story = `"${publish.payload}" in\n${describeRecords(log)}`;
    if (isRepeated) {
      assert.equal(publish.messageId, ids.get(publish.payload), `the packet id of the second ${story}`);
      assert.equal(publish.dup, true, `DUP of the second ${story}`);
    } else if (publish.connection === firstConnection) {
      assert.equal(publish.dup, false, `DUP of the first ${story}`);
    }
    ids.set(publish.payload, publish.messageId);
  }
}

/** The most messages above QoS 0 that were on their way to the broker without their final acknowledgement at one time. */
export function mostUnacknowledged(log: PacketLog): number {
  let unacknowledged = 0;
  let most = 0;
  for (const { cmd, direction, qos } of log) {
    if (direction === "toBroker" && cmd === "publish" && qos !== 0) unacknowledged += 1;
    if (direction === "toClient" && (cmd === "puback" || cmd === "pubcomp")) unacknowledged -= 1;
    most = Math.max(most, unacknowledged);
  }
  return most;
}
