import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { layerFaults } from "../checks/layering.ts";

const ACCEPTED: readonly (readonly [file: string, text: string])[] = [
  ["assembly/client/timers.ts", 'import { elapsedMs } from "./clock";'],
  ["firmware/sensor/index.ts", 'import { Client } from "../../assembly/client/block";'],
  [
    "host-sim/net/link/link.ts",
    'import type { Clock } from "../../time/clock.ts";\nimport net from "node:net";',
  ],
  ["host-sim/broker/embedded.ts", 'import { openTcp } from "../net/tcp.ts";\nimport aedes from "aedes";'],
  ["host-sim/cli/commands/sim.ts", 'const { run } = await import("../../scenario/run.ts");'],
  ["host-sim/promises/in-order.ts", 'import type { Broker } from "../broker/broker.ts";'],
];

const REFUSED: readonly (readonly [file: string, text: string, fault: RegExp])[] = [
  ["assembly/index.ts", 'import { sample } from "../firmware/sensor/board";', /:1: .*nothing but itself/],
  [
    "assembly/index.ts",
    '\n\nimport { x } from "a-package";',
    /^assembly\/index\.ts:3: .*imports no packages/,
  ],
  ["assembly/index.ts", 'export { x } from "../host-sim/time/clock.ts";', /nothing but itself/],
  ["firmware/sensor/index.ts", 'import { x } from "../espruino/glue";', /may know assembly/],
  [
    "host-sim/time/clock.ts",
    'import { link } from "../net/link.ts";',
    /host-sim\/time may know host-sim\/units/,
  ],
  ["host-sim/net/link.ts", 'import type { Broker } from "../broker/broker.ts";', /host-sim\/net may know/],
  ["host-sim/net/link.ts", 'type B = import("../broker/broker.ts").Broker;', /host-sim\/net may know/],
  ["host-sim/device/node.ts", 'const b = await import("../broker/broker.ts");', /host-sim\/device may know/],
  ["host-sim/scenario/run.ts", 'import { main } from "../cli/main.ts";', /host-sim\/scenario may know/],
  ["host-sim/device/node.ts", 'import { x } from "../../scripts/root.ts";', /host-sim\/device may know/],
  ["host-sim/promises/in-order.ts", 'import { broker } from "../broker/broker.ts";', /import type$/],
  ["host-sim/utils/things.ts", "export {};", /lies in no layer/],
];

describe("the layers", () => {
  for (const [file, text] of ACCEPTED) {
    it(`accept ${text.split("\n")[0]} in ${file}`, () => assert.deepEqual(layerFaults(file, text), []));
  }

  for (const [file, text, fault] of REFUSED) {
    it(`refuse ${text.trim()} in ${file}`, () => {
      const faults = layerFaults(file, text);
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? "", fault);
    });
  }
});
