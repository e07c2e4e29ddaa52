// Owns the promise that the firmware does what a delivered command says. Refuses to know which commands should be delivered.

import { perDevice } from "./per-device.ts";
import type { KeptPromise } from "./promise.ts";

/** Outputs 0 to 3 are those that a device's board has. */
const COMMAND = /^output[ \t]([0-3])[ \t](on|off)$/i;

interface Switched {
  readonly output: number;
  readonly isOn: boolean;
}

export const commandsObeyed: KeptPromise = {
  name: "commands-obeyed",
  claim: "A command to switch an output switches it, before anything else is received.",
  observe(_run, verdicts) {
    // the firmware obeys before the message is told
    const devices = perDevice((): { switched: Switched | null } => ({ switched: null }));
    return {
      output({ device, output, isOn }) {
        devices(device).switched = { output, isOn };
      },
      message({ atMs, device, topic, payload }) {
        const of = devices(device);
        const { switched } = of;
        of.switched = null;
        const [, output, word = ""] = COMMAND.exec(payload) ?? [];
        if (output === undefined || !topic.endsWith("/command")) return;
        const isObeyed =
          switched !== null &&
          switched.output === Number(output) &&
          switched.isOn === (word.toLowerCase() === "on");
        if (isObeyed) verdicts.held();
        else verdicts.broken(atMs, device, `the command "${payload}" was not obeyed`);
      },
    };
  },
};
