// Owns the command that measures TLS handshakes for host-sim/net/link/tls/measured.json: node --import tsx scripts/measure-tls.ts

import { readFileSync } from "node:fs";
import { makeCertificates } from "../host-sim/__tests__/support/certificates.ts";
import { measureVersion } from "./measure-tls/handshake.ts";

const EXIT_MISSING = 3;

const certificates = await makeCertificates().catch((error: Error) => {
  console.error(`certificates need the openssl command (Debian: apt install openssl): ${error.message}`);
  process.exit(EXIT_MISSING);
});
try {
  const { caFile, server } = certificates;
  const identity = {
    ca: readFileSync(caFile, "utf8"),
    cert: readFileSync(server.certFile, "utf8"),
    key: readFileSync(server.keyFile, "utf8"),
  };
  for (const version of ["1.2", "1.3"] as const) {
    const { full, resumed } = await measureVersion(version, identity);
    for (const [kind, measured] of Object.entries({ full, resumed })) {
      const { session: _session, ...figures } = measured;
      console.log(JSON.stringify({ version, kind, ...figures }));
    }
  }
} finally {
  await certificates.remove();
}
