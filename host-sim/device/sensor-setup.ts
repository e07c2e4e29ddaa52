// Owns how the settings of a sensor node get into its bytes before it starts. Refuses to know what happens after.

import { protocolLevel } from "../words/protocol.ts";
import { clientField } from "./block.ts";
import { type Core, capacityList } from "./core.ts";
import { Status } from "./layout.generated.ts";
import type { Credentials, DeviceSettings } from "./sensor-device.ts";

const NEVER = 0;

/** Makes a fresh device at `address`, with all that is settled before it starts. A negative answer is the Status that refuses it. */
export function prepareSensor(core: Core, address: number, settings: DeviceSettings): number {
  const { capacities, qos, intervalMs, protocol, pace, credentials, expiries } = settings;
  const { exports } = core;
  const made = exports.sensorInit(address, ...capacityList(capacities), qos, intervalMs);
  if (made < 0) return made;
  const client = exports.sensorClient(address);
  return firstRefusal(
    exports.setVersion(client, protocolLevel(protocol)),
    exports.setClean(client, 0),
    exports.setKeepAlive(client, pace.keepAliveSeconds),
    exports.setLiveness(client, pace.pingDeadlineMs, clientField(core, client, "retransmitMs")),
    exports.setReconnect(client, 1, pace.backoffBaseMs, pace.backoffMaxMs, pace.connectTimeoutMs),
    credentials === null ? Status.Ok : setCredentials(core, client, credentials),
    expiries === undefined ? Status.Ok : exports.setSessionExpiry(client, expiries.sessionSeconds),
    exports.sensorExpireReadings(address, expiries?.readingSeconds ?? NEVER),
  );
}

function setCredentials(core: Core, client: number, { username, password }: Credentials): number {
  const { exports, inbox } = core;
  const user = exports.prepareString(client, inbox, core.put(inbox, username));
  const word = password === null ? 0 : exports.prepareBytes(client, inbox, core.put(inbox, password));
  const refusal = firstRefusal(user, word);
  return refusal < 0 ? refusal : exports.setCredentials(client, user, word);
}

/** What a refused call leaves undone does not matter: the device will not start. */
function firstRefusal(...answers: readonly number[]): number {
  return answers.find((answer) => answer < 0) ?? Status.Ok;
}
