// The firmware's exported functions, and only those. A device is a run of bytes: what the firmware keeps, then the client's
// block, which `sensorClient` answers and whose own exports serve it: credentials, keep-alive and version before
// `sensorStart`, and then `opened`, `received`, `collect`, `closed`.
//
// A port does this, after anything that happened and when `sensorDeadlineMs` has passed:
//
//   sensorPoll until None ─ collect and write until 0 ─ sensorPoll until None ─ ask sensorDeadlineMs

import { Client } from "../../assembly/client/block";
import { isInitialised } from "../../assembly/client/settings";
import { Event, Status } from "../../assembly/client/status";
import { connect, deadlineMs, disconnect, hasFive, poll, restore, setStatus } from "../../assembly/index";
import { heed } from "./events";
import { sendNotice } from "./notices";
import { resumeSampling, sampleWhenDue, samplingDeadline, startSampling } from "./sampling";
import { clientOf, Sensor } from "./sensor";
import { initialise, sizeOfDevice } from "./settings";

/** Bytes of a device with these capacities of its client, as `blockBytes` explains them; CapacityRange if they are none. */
export function sensorBytes(
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
): i32 {
  return sizeOfDevice(receive, outbox, entries, window, inboundIds, texts, textBytes, filters);
}

/**
 * Makes a fresh device of `sensorBytes` bytes at `s`, aligned to 4, which publishes a reading every `intervalMs` (1 ms to a
 * day) at `qos`. Answers their number, or the Status for which there is no device: with a name of n bytes it takes 7 texts,
 * 91 + 5n text bytes and 2 filters, credentials not counted.
 */
export function sensorInit(
  s: Sensor,
  receive: u32,
  outbox: u32,
  entries: u32,
  window: u32,
  inboundIds: u32,
  texts: u32,
  textBytes: u32,
  filters: u32,
  qos: u32,
  intervalMs: u32,
): i32 {
  return initialise(
    s,
    receive,
    outbox,
    entries,
    window,
    inboundIds,
    texts,
    textBytes,
    filters,
    qos,
    intervalMs,
  );
}

/** The client's block, which moves with the device. */
export function sensorClient(s: Sensor): Client {
  return clientOf(s);
}

/** In MQTT 5: readings are of no use any more after so many seconds, 0 never. One that was never sent by then is dropped. */
export function sensorExpireReadings(s: Sensor, seconds: u32): i32 {
  if (!isInitialised(clientOf(s))) return Status.NotInitialised;
  if (seconds > 0 && !hasFive()) return Status.VersionUnknown;
  s.expirySeconds = seconds;
  return Status.Ok;
}

/** Starts to connect, and to sample: the first reading is due at once and waits for the connection like all others. */
export function sensorStart(s: Sensor, nowMs: u32): i32 {
  const c: Client = clientOf(s);
  const refusal: i32 = connect(c, nowMs);
  if (refusal < 0) return refusal;
  startSampling(s, nowMs);
  return setStatus(c, s.onlineText); // a goodbye has left another
}

/**
 * Takes and publishes a reading that is due, and answers the client's next event, to which the firmware has done its part.
 * The event's ticket was given out before this call, so a port that counts looks at `readings` first.
 */
export function sensorPoll(s: Sensor, nowMs: u32): Event {
  const c: Client = clientOf(s);
  if (!isInitialised(c)) return Event.None;
  sampleWhenDue(s, nowMs);
  sendNotice(s);
  const event: Event = poll(c, nowMs);
  heed(s, event, nowMs);
  return event;
}

/** ms until `sensorPoll` is due without further cause; -1 never. */
export function sensorDeadlineMs(s: Sensor, nowMs: u32): i32 {
  if (!isInitialised(clientOf(s))) return -1;
  const connection: i32 = deadlineMs(clientOf(s), nowMs);
  const sampling: i32 = samplingDeadline(s, nowMs);
  if (connection < 0) return sampling;
  return sampling < 0 ? connection : min<i32>(connection, sampling);
}

/** Takes no more readings until `sensorStart`. Those that wait are still published. */
export function sensorPause(s: Sensor): i32 {
  if (!isInitialised(clientOf(s))) return Status.NotInitialised;
  s.isSampling = false;
  return Status.Ok;
}

/** Takes no more readings and says goodbye, waiting at most `waitMs` for the status `offline` to be acknowledged. Readings that wait are kept for the next start. */
export function sensorStop(s: Sensor, waitMs: u32, nowMs: u32): i32 {
  const refusal: i32 = disconnect(clientOf(s), waitMs, nowMs);
  return refusal < 0 ? refusal : sensorPause(s);
}

/** The device is a copy made before a sleep of `sleptMs`, or before a restart: its transport is gone, all else goes on. */
export function sensorRestore(s: Sensor, sleptMs: u32, nowMs: u32): i32 {
  const refusal: i32 = restore(clientOf(s), sleptMs, nowMs);
  if (refusal == Status.Ok) resumeSampling(s, sleptMs, nowMs);
  return refusal;
}
