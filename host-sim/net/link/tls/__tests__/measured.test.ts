// Owns the claim that the TLS figures are what Node's own TLS sends.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { measureVersion } from "../../../../../scripts/measure-tls/handshake.ts";
import { certificatesOrSkip } from "../../../../__tests__/support/certificates.ts";
import { HANG_MS } from "../../../../__tests__/support/patience.ts";
import type { Handshake } from "../figures.ts";
import { TLS_VERSIONS, tlsFigures } from "../measured.ts";

/** A signature's length varies by a byte or two, and a Node with another OpenSSL offers more or fewer of its extensions. */
const MAY_DIFFER_BYTES = 64;

/** Tickets that follow the last flight were measured as one flight more. */
function flightsIn({
  flights,
  ticketBytes,
}: Handshake): readonly { readonly from: string; readonly bytes: number }[] {
  return ticketBytes === 0 ? flights : [...flights, { from: "broker", bytes: ticketBytes }];
}

test("the TLS figures are those of a real connection", { timeout: HANG_MS }, async (t) => {
  const given = await certificatesOrSkip(t);
  if (given === undefined) return;
  const text = (file: string): string => readFileSync(file, "utf8");
  const identity = {
    ca: text(given.caFile),
    cert: text(given.server.certFile),
    key: text(given.server.keyFile),
  };
  for (const version of TLS_VERSIONS) {
    const figures = tlsFigures(version);
    const { full, resumed } = await measureVersion(version, identity);
    assert.deepEqual([full.isResumed, resumed.isResumed], [false, true]);
    for (const [measured, known] of [
      [full, figures.full],
      [resumed, figures.resumed],
    ] as const) {
      const expected = flightsIn(known);
      assert.deepEqual(
        measured.handshake.map(({ from }) => from),
        expected.map(({ from }) => from),
        `TLS ${version}`,
      );
      measured.handshake.forEach(({ bytes }, i) => {
        const difference = Math.abs(bytes - (expected[i]?.bytes ?? 0));
        assert.ok(difference <= MAY_DIFFER_BYTES, `TLS ${version}, flight ${i}: ${bytes} bytes`);
      });
      assert.equal(measured.recordOverheadBytes, figures.recordOverheadBytes);
      assert.equal(measured.closeNotifyBytes, figures.closeNotifyBytes);
    }
  }
});
