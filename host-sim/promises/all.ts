// The promises that every run is judged by. A new one is one file beside this and one line here.

import { inOrder } from "./in-order.ts";
import { memoryNeverGrows } from "./memory-never-grows.ts";
import { nothingLost } from "./nothing-lost.ts";
import type { KeptPromise } from "./promise.ts";
import { qos2ExactlyOnce } from "./qos2-exactly-once.ts";
import { statusTellsTruth } from "./status-tells-truth.ts";

export const PROMISES: readonly KeptPromise[] = [
  nothingLost,
  qos2ExactlyOnce,
  inOrder,
  statusTellsTruth,
  memoryNeverGrows,
];
