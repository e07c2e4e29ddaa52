// Owns the command that writes docs/conformance.md. What it holds, the statements, the tests and the code say.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expectedDocument } from "./checks/conformance.ts";
import { DOCUMENT } from "./conformance/document.ts";
import { root } from "./root.ts";

writeFileSync(join(root, DOCUMENT), expectedDocument(root));
console.log(`${DOCUMENT} written`);
