// Owns the claims about who answers for which statement: what counts as a test that names one, and what the check refuses.
import assert from "node:assert/strict";
import { describe, it, type TestContext } from "node:test";
import { conformanceProblems, expectedDocument } from "../checks/conformance.ts";
import { citationsIn } from "../conformance/citations.ts";
import { claimsIn } from "../conformance/claims.ts";
import { DOCUMENT } from "../conformance/document.ts";
import { readStandards } from "../conformance/statements.ts";
import { root } from "../root.ts";
import { folderWith, write } from "./support/checkout.ts";

const HEAD = "id\tbinds\tstatement\n";
/** In pieces, so that no id of these examples is taken for the project's own. */
const id = (label: string) => `MQTT3${"-"}${label}`;
const FIRST = id("3.1.0-1");
const SECOND = id("3.14.4-2");
const LATER = FIRST.replace("3", "5");

const TEST = "host-sim/device/__tests__/a.test.ts";

function filesOf(test: string, code: string): Readonly<Record<string, string>> {
  return {
    "scripts/conformance/mqtt-3.1.1.tsv": `${HEAD}${FIRST}\tclient\tCONNECT comes first\n${SECOND}\tserver\tNothing follows\n`,
    "scripts/conformance/mqtt-5.0.tsv": `${HEAD}${LATER}\tserver\tA second CONNECT is an error\n`,
    [TEST]: test,
    "assembly/a.ts": code,
  };
}

const GOOD_TEST = `// [${FIRST}]\nit("says CONNECT", () => {});\n`;
const GOOD_CODE = `/** [${FIRST}] */\nexport function connect(): void {}\n`;

async function checkout(t: TestContext, test: string, code: string): Promise<string> {
  const folder = await folderWith(t, filesOf(test, code));
  await write(folder, { [DOCUMENT]: expectedDocument(folder) });
  return folder;
}

describe("a test names a statement", () => {
  const claimed = (text: string) => claimsIn("a.test.ts", text).map(({ title, ids }) => [title, ...ids]);

  it("in the comment above it, or in its title", () => {
    assert.deepEqual(claimed(`// [${FIRST}] [${SECOND}]\nit("a", () => {});`), [["a", FIRST, SECOND]]);
    assert.deepEqual(claimed(`test("a [${FIRST}]", async () => {});`), [["a", FIRST]]);
    assert.deepEqual(claimed(`describe("group", () => {\n  // [${FIRST}]\n  it("a", () => {});\n});`), [
      ["group: a", FIRST],
    ]);
  });

  it("above a group, a loop, or a variable that holds it", () => {
    assert.deepEqual(claimed(`// [${FIRST}]\ndescribe("group", () => { it("a", () => {}); });`), [
      ["group", FIRST],
    ]);
    const loop = `// [${FIRST}]\nfor (const x of [1, 2]) it(\`takes \${x} bytes\`, () => {});`;
    assert.deepEqual(claimed(loop), [["takes … bytes", FIRST]]);
    const held = `againstEachBroker("b", async (suite) => {\n  // [${FIRST}]\n  const a = suite.test("a", fn);\n});`;
    assert.deepEqual(claimed(held), [["b: a", FIRST]]);
  });

  it("not by a word inside of it, above something else, or in what it tests with", () => {
    assert.deepEqual(claimed(`it("a", () => {\n  // [${FIRST}]\n  check();\n});`), []);
    assert.deepEqual(claimed(`// [${FIRST}]\nconst table = [1];\nit("a", () => {});`), []);
    assert.deepEqual(claimed(`const statement = "${FIRST}";\nit("a", () => {});`), []);
  });

  it("under the heading of a vector, and not in the vector", () => {
    const vectors = `# File [${FIRST}]\n\n## One\n\n[${FIRST}] Words.\n\n\`\`\`vector\n---\n\`\`\`\n\n## Two\n\n\`\`\`vector\n# ${FIRST}\n\`\`\`\n`;
    const claims = claimsIn("a.md", vectors).map(({ title, line, ids }) => [title, line, ...ids]);
    assert.deepEqual(claims, [["One", 3, FIRST]]);
  });
});

describe("a line of code that cites a statement", () => {
  const within = (text: string) => citationsIn("a.ts", text).map((citation) => citation.within);

  it("belongs to the declaration below its comment, or around it, or on its line", () => {
    const text = `// A file. [${FIRST}]\nimport { x } from "./x";\n\nconst MOST = 5; // [${FIRST}]\n/** [${FIRST}] */\nfunction f(): void {\n  g(); // [${FIRST}]\n}\n`;
    assert.deepEqual(within(text), ["", "MOST", "f", "f"]);
  });

  it("of a class belongs to the method", () => {
    assert.deepEqual(within(`class A {\n  /** [${FIRST}] */\n  f(): void {}\n}\n`), ["A.f"]);
  });
});

describe("the check of conformance", () => {
  it("passes where each statement that binds a client has a test and a line that obeys it", async (t) => {
    assert.deepEqual(conformanceProblems(await checkout(t, GOOD_TEST, GOOD_CODE)), []);
  });

  it("refuses a statement without a test, and one that no line obeys", async (t) => {
    const untested = await checkout(t, `it("says CONNECT", () => {});`, GOOD_CODE);
    assert.match(conformanceProblems(untested).join("\n"), /^\[MQTT3-3\.1\.0-1\] has no test: [^\n]*$/);
    const uncited = await checkout(t, GOOD_TEST, "export function connect(): void {}\n");
    assert.match(conformanceProblems(uncited).join("\n"), /^\[MQTT3-3\.1\.0-1\] is cited by no line [^\n]*$/);
  });

  it("takes no test of a broker, and no helper, for a test of the client", async (t) => {
    for (const path of ["host-sim/broker/__tests__/a.test.ts", "host-sim/__tests__/support/a.ts"]) {
      const folder = await checkout(t, "", GOOD_CODE);
      await write(folder, { [path]: GOOD_TEST });
      assert.match(conformanceProblems(folder).join(), /has no test/);
    }
  });

  it("refuses an id that no standard has, in tests and in code, with its place", async (t) => {
    const wrong = id("3.1.0-99");
    const folder = await checkout(
      t,
      `${GOOD_TEST}// [${wrong}]\n`,
      `${GOOD_CODE}// section [${id("2.2.3")}]\n`,
    );
    assert.deepEqual(conformanceProblems(folder), [
      `assembly/a.ts:3: [${id("2.2.3")}] is no statement of the standard`,
      `${TEST}:3: [${wrong}] is no statement of the standard`,
    ]);
  });

  it("refuses a document that is missing or stale, and names the command", async (t) => {
    const folder = await folderWith(t, filesOf(GOOD_TEST, GOOD_CODE));
    const stale = [`${DOCUMENT} is out of date: run \`npm run generate\``];
    assert.deepEqual(conformanceProblems(folder), stale);
    await write(folder, { [DOCUMENT]: expectedDocument(folder) });
    assert.deepEqual(conformanceProblems(folder), []);
    await write(folder, { [TEST]: GOOD_TEST.replace("says", "shouts") });
    assert.deepEqual(conformanceProblems(folder), stale);
  });

  it("refuses a row that is no statement", async (t) => {
    const folder = await folderWith(t, filesOf(GOOD_TEST, GOOD_CODE));
    await write(folder, { "scripts/conformance/mqtt-5.0.tsv": `${HEAD}${LATER}\tnobody\tx\n` });
    assert.throws(() => conformanceProblems(folder), /mqtt-5\.0\.tsv:2: not a statement/);
  });
});

describe("the statements", () => {
  it("that bind a client are 72 in 3.1.1 and 134 in 5.0, each listed once", () => {
    const standards = readStandards(root);
    const binding = standards.map(({ statements }) => statements.filter(({ binds }) => binds !== "server"));
    assert.deepEqual(
      binding.map(({ length }) => length),
      [72, 134],
    );
    const ids = standards.flatMap(({ statements }) => statements.map((statement) => statement.id));
    assert.equal(new Set(ids).size, ids.length);
  });
});
