// Owns the claims about what a port may name of the image, what is refused, and which functions an image does without.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { Program } from "../../portable/model.ts";
import { root } from "../../root.ts";
import { type Link, type Linked, linkImage, readPortable } from "../link.ts";

const CAPACITIES = [256, 256, 4, 2, 2, 6, 100, 2];

let program: Program;
before(() => {
  program = readPortable(root);
});

function linked(port: string, link: Partial<Link> = {}): Promise<Linked> {
  return linkImage({
    program,
    port,
    portFile: "port.js",
    capacities: CAPACITIES,
    firmware: "client",
    scratchBytes: 64,
    mode: "plain",
    isMinified: false,
    memory: "own",
    ...link,
  });
}

/** What the text answers under Node. */
async function answerOf(port: string, link: Partial<Link> = {}): Promise<unknown> {
  return new Function((await linked(port, link)).code)();
}

function functionsIn(code: string): readonly (string | undefined)[] {
  return [...code.matchAll(/^function ([\w$]+)\(/gm)].map(([, name]) => name);
}

describe("a port", () => {
  it("names fields, enumerations and numbers of the image", async () => {
    const port = "return [Client.phase, Event.None, snapshotBytes, bytes.length - scratch];";
    const [phase, none, snapshot, room] = (await answerOf(port)) as number[];
    assert.deepEqual([phase, none, room], [0, 0, 64]);
    assert.ok(Number(snapshot) > 512, "the receive buffer and the outbox lie in it");
  });

  for (const [what, port, words] of [
    [
      "a field that the client has not",
      "\nreturn Client.color;",
      /^Error: port\.js:2:8: Client has no color$/,
    ],
    ["an event that there is not", "return Event.Bang;", /^Error: port\.js:1:8: Event has no Bang$/],
    ["no JavaScript", "return (;", /^SyntaxError: port\.js: /],
    [
      "what Espruino does not run",
      "return { ...{} };",
      /^Error: Espruino does not run this:\nport\.js:1:\d+: /,
    ],
    [
      "a function before it is there",
      "f();\nfunction f() {}",
      /port\.js:1:1: f is used before it is defined/,
    ],
  ] as const) {
    it(`with ${what} is refused with its place`, async () => {
      await assert.rejects(linked(port), words);
    });
  }

  it("is refused when it declares what the image has already, which would take its place", async () => {
    const [taken = ""] = functionsIn((await linked("poll(0);")).code);
    for (const [declaration, place] of [
      [`function ${taken}() {}`, "2:10"],
      [`var a = 1, ${taken} = 2;`, "2:12"],
    ]) {
      await assert.rejects(linked(`poll(0);\n${declaration}`), {
        message: `port.js:${place}: ${taken} is a name of the image already`,
      });
    }
    await linked(`poll(0);\nfunction own() { var ${taken} = 1; return ${taken}; }`);
  });

  it("is refused with capacities that the client does not take", async () => {
    await assert.rejects(linked("return 0;", { capacities: [256, 256, 4, 0, 2, 6, 100, 2] }), Error);
  });
});

describe("an image", () => {
  const CALLS = "setKeepAlive(30); setClean(true); setVersion(4);";

  it("has only what its port calls", async () => {
    const { code } = await linked("return setClean(true);");
    assert.deepEqual(functionsIn(code), ["$copy", "$fill", "init", "setClean", "$lay"]);
  });

  for (const isMinified of [false, true]) {
    it(`calls its rare functions ${isMinified ? "minified " : ""}as if each were one`, async () => {
      const called = `${CALLS} return [setKeepAlive(3), setClean(true), setVersion(9), connect(7), Client.phase];`;
      const asValues = `var f = [setKeepAlive, setClean, setVersion]; connect(7); return [f[0](3), f[1](false), f[2](9)];`;
      const [keepAlive, clean, version, connected, phase] = (await answerOf(called, {
        isMinified,
      })) as number[];
      assert.deepEqual([keepAlive, clean, connected], [0, 0, 0]);
      assert.ok(Number(version) < 0, "no version of MQTT");
      assert.notEqual(phase, 0);
      const refused = (await answerOf(asValues, { isMinified })) as number[];
      assert.ok(
        refused.every((status) => status < 0),
        "a client that connects is not set up any more",
      );
    });
  }

  it("has what is only looked up where its port asks for it, and a function where the port hands it about", async () => {
    const asked = await linked("poll(0); received(1, 0); return receiveAddress();", { isMinified: true });
    const handed = await linked("poll(0); received(1, 0); var f = receiveAddress; return f();", {
      isMinified: true,
    });
    const count = ({ code }: Linked) => code.split("function ").length;
    assert.equal(count(asked), count(handed) - 1);
    const answers = [asked, handed].map(({ code }) => new Function(code)());
    assert.ok(answers[0] > 0);
    assert.equal(answers[0], answers[1]);
  });

  it("has one function for several that run rarely, and one each for what every message takes", async () => {
    const { code } = await linked(`${CALLS} received(publish(1, 0, 0, 0), poll(0)); return connect(1);`);
    const names = functionsIn(code);
    for (const name of ["poll", "received", "publish"]) assert.ok(names.includes(name), name);
    for (const name of ["setKeepAlive", "setClean", "setVersion"]) assert.ok(!names.includes(name), name);
  });
});
