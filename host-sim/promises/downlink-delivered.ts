// Owns the promise that commands reach the firmware: above QoS 0 at least once, at QoS 2 exactly once, in their order, while the
// session lasts. Refuses to know what the firmware makes of them.

import { type CommandSent, Downlink } from "./downlink.ts";
import { perDevice } from "./per-device.ts";
import type { KeptPromise, Observer, OfKind, RunFacts, Verdicts } from "./promise.ts";

/** So long a device may hear the broker without getting what the broker holds for it. An estimate. */
const PATIENCE_MS = 15 * 60_000;

/** A table that is full is emptied before its connection ends, or by the next, which then gets something. An estimate. */
const FULL_IN_A_ROW = 5;

export const downlinkDelivered: KeptPromise = {
  name: "downlink-delivered",
  claim:
    "Commands reach the firmware in order: at QoS 1 at least once, at QoS 2 exactly once, while the session lasts.",
  observe,
};

function observe(run: RunFacts, verdicts: Verdicts): Observer {
  const devices = perDevice(() => new Downlink());

  function endSession(device: number): void {
    for (let left = devices(device).endSession(); left > 0; left -= 1) verdicts.excused("session-ended");
  }

  function judgeMissing(atMs: number, device: number, command: CommandSent): void {
    // the word that a modem has begun anew empties its mailbox on shore, whenever a satellite brings it
    if (run.isGateway && devices(device).hasBeenOff) verdicts.excused("gateway");
    else verdicts.broken(atMs, device, `command ${command.number} was not delivered`);
  }

  function receive({ atMs, device, topic, payload }: OfKind<"message">): void {
    const of = devices(device);
    // where nobody sends commands in the run's name, whoever likes may
    if (!topic.endsWith("/command") || !of.isUsed) return;
    const { overtaken, command, isAgain } = of.deliver(payload);
    for (const earlier of overtaken) judgeMissing(atMs, device, earlier);
    if (!isAgain) of.fullInARow = 0;
    if (command === null) verdicts.broken(atMs, device, "a command was delivered that nobody sent");
    else if (!isAgain || command.qos === 1 || command.isRetained) verdicts.held();
    else if (run.isGateway && command.qos === 2) verdicts.excused("gateway");
    else if (run.protocol === "3.1" && of.isFromEarlierConnection(command)) verdicts.excused("ids-forgotten");
    else verdicts.broken(atMs, device, `command ${command.number} at QoS ${command.qos} was delivered again`);
  }

  /** The connection ends: what could have come over it, should have. */
  function disconnect({ atMs, device }: OfKind<"closed"> | OfKind<"power"> | OfKind<"goodbye">): void {
    if (run.isGateway) return;
    const of = devices(device);
    for (const command of of.overdue(PATIENCE_MS)) judgeMissing(atMs, device, command);
    of.connectedMs = null;
  }

  return {
    commanded(happening) {
      devices(happening.device).send(happening);
    },
    message: receive,
    packet({ way, atMs, device }) {
      if (way === "in") devices(device).lastInMs = atMs;
    },
    session({ device, what }) {
      if (what !== "resumed") endSession(device);
    },
    broker({ hasForgotten }) {
      if (!hasForgotten) return;
      for (let device = 1; device <= run.devices; device += 1) endSession(device);
    },
    connected({ atMs, device, session }) {
      if (session !== "resumed") endSession(device);
      devices(device).begin(atMs);
    },
    goodbye: disconnect,
    closed(happening) {
      disconnect(happening);
      if (happening.reason !== "inboundFull") return;
      const of = devices(happening.device);
      of.fullInARow += 1;
      if (of.fullInARow < FULL_IN_A_ROW) return;
      of.fullInARow = 0;
      verdicts.broken(happening.atMs, happening.device, "there was never room for a command");
    },
    power(happening) {
      disconnect(happening);
      if (!happening.isOn) devices(happening.device).hasBeenOff = true;
      if (happening.cause !== "sleep") endSession(happening.device);
    },
    end() {
      for (let device = 1; device <= run.devices; device += 1) {
        for (const command of devices(device).overdue(
          run.isGateway ? Number.POSITIVE_INFINITY : PATIENCE_MS,
        )) {
          judgeMissing(command.atMs, device, command);
        }
        const excuse = run.isGateway ? "gateway" : "end-of-run";
        for (let left = devices(device).endSession(); left > 0; left -= 1) verdicts.excused(excuse);
      }
    },
  };
}
