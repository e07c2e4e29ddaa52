// Owns the claim that reason codes are called as the standard calls them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ReasonCodes } from "mqtt";
import { FIRST_FAILURE, reasonName } from "../reason-codes.ts";

test("every failure that MQTT.js has a name for has that name, but for its case", () => {
  const failures = Object.entries(ReasonCodes).filter(([code]) => Number(code) >= FIRST_FAILURE);
  assert.ok(failures.length > 30);
  for (const [code, name] of failures)
    assert.equal(reasonName(Number(code)).toLowerCase(), name.toLowerCase());
});

test("a code that no standard has is told as a number", () => {
  assert.equal(reasonName(255), "reason code 255");
});
