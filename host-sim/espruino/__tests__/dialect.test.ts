import assert from "node:assert/strict";
import { test } from "node:test";
import { dialectFaults } from "../dialect.ts";

const REFUSED: readonly (readonly [text: string, fault: RegExp])[] = [
  ["a: for (;;) {}", /^1:1: labels/],
  ["var { a } = b;", /^1:5: destructuring/],
  ["var [a] = b;", /^1:5: destructuring/],
  ["function f(a = 1) {}", /^1:12: default values/],
  ["function f(...a) {}", /^1:12: rest/],
  ["f(...a);", /^1:3: spread/],
  ["a?.b;", /^1:1: optional chaining/],
  ["a = b ** 2;", /^1:5: \*\*/],
  ["async function f() {}", /^1:1: async/],
  ["function* f() {}", /^1:1: generators/],
  ["switch (a) { default: b(); case 1: c(); }", /^1:1: a case after default/],
  ["a = new Map();", /^1:9: Map/],
  ["a = Math.imul(1, 2);", /^1:5: \.imul/],
  ["a.copyWithin(0, 1);", /^1:1: \.copyWithin/],
  ['a = new Uint8Array("abc");', /^1:5: a typed array of a text/],
  ["function f() { return\n 5; }", /^1:16: a bare return/],
  ["var of = 1;", /^1:5: of as a name/],
  ["a = of + 1;", /^1:5: of as a name/],
  ["import a from 'a';", /import/],
];

for (const [text, fault] of REFUSED) {
  test(`refused: ${text.replace("\n", " ")}`, () => {
    const faults = dialectFaults(text);
    assert.equal(faults.length, 1, faults.join("\n"));
    assert.match(faults[0] ?? "", fault);
  });
}

const EARLY: readonly (readonly [why: string, text: string, name: string | null])[] = [
  ["a call before the function", "f(); function f() {}", "f"],
  ["a call before the function, in a function", "(function () { f(); function f() {} })();", "f"],
  ["a variable before its value", "a = b; var b = 1;", "b"],
  ["a variable in its own value", "var a = a + 1;", "a"],
  ["a call that calls what comes later", "function f() { g(); } f(); function g() {}", "g"],
  ["a call that reads what comes later", "function f() { return b; } f(); var b = 1;", "b"],
  ["a function that is called at once", "(function () { return b; })(); var b = 1;", "b"],
  ["a constructor before it is there", "a = new F(); function F() {}", "F"],
  ["functions that call each other later", "function f() { g(); } function g() { f(); } f();", null],
  ["a function that is only made", "a.on('data', function () { f(); }); function f() {}", null],
  ["a name of the interpreter's", "print(f); setTimeout(f, 1);", null],
  ["another variable of that name", "function f(b) { return b; } f(1); var b = 2;", null],
  ["a member of that name", "a.b(); var b = 1;", null],
];

for (const [why, text, name] of EARLY) {
  test(`${why}: ${name === null ? "runs" : "refused"}`, () => {
    const faults = dialectFaults(text);
    if (name === null) assert.deepEqual(faults, []);
    else assert.match(faults.join("\n"), new RegExp(`^\\d+:\\d+: ${name} is used before it is defined`));
  });
}

test("what Espruino runs is not refused", () => {
  const text = `
    let a = 1; const b = [1, 2], c = { d: 5, Map: 1 };
    class F { constructor() { this.a = \`\${a}\`; } g() { return this.a ?? 3; } }
    for (const x of b) { try { new F().g(); } catch (e) { print(e); } }
    switch (a) { case 1: break; default: print(c.Map); }
    function h() { return (
      a && /x/i.test("y")); }
    h();`;
  assert.deepEqual(dialectFaults(text), []);
});

test("every fault is told, in the order of the text", () => {
  const faults = dialectFaults("f(...a);\na: for (;;) {}\ng(); function g() {}");
  assert.deepEqual(
    faults.map((fault) => fault.split(":")[0]),
    ["1", "2", "3"],
  );
});

test("a text that is no JavaScript has its one fault", () => {
  assert.equal(dialectFaults("function (").length, 1);
});
