// Claims about what names a port, on every system.
import assert from "node:assert/strict";
import { it } from "node:test";
import { Trouble } from "../trouble.ts";
import { parsePortName, portWords } from "../wire/port-name.ts";

for (const [text, name] of [
  ["/dev/ttyUSB0", { kind: "serial", path: "/dev/ttyUSB0" }],
  ["/dev/cu.usbserial-0001", { kind: "serial", path: "/dev/cu.usbserial-0001" }],
  ["/dev/serial/by-id/usb-1a86", { kind: "serial", path: "/dev/serial/by-id/usb-1a86" }],
  ["./tty", { kind: "serial", path: "./tty" }],
  ["COM3", { kind: "serial", path: "COM3" }],
  ["com12", { kind: "serial", path: "COM12" }],
  ["\\\\.\\COM12", { kind: "serial", path: "COM12" }],
  ["tcp://127.0.0.1:2323", { kind: "tcp", host: "127.0.0.1", port: 2323 }],
  ["tcp://[::1]:2323", { kind: "tcp", host: "::1", port: 2323 }],
  ["tcp://board.local:23/", { kind: "tcp", host: "board.local", port: 23 }],
] as const) {
  it(`${text} is a port`, () => assert.deepEqual(parsePortName(text), name));
}

for (const text of [
  "",
  "ttyUSB0",
  "COM0",
  "COM",
  "tcp://host",
  "tcp://:23",
  "tcp://h:99999",
  "tcp://u:p@h:1",
  "tcp://h:1/x",
  "http://h:1",
  "tcp:/h:1",
]) {
  it(`"${text}" is none, and what is accepted is said`, () => {
    assert.throws(
      () => parsePortName(text),
      (error) => error instanceof Trouble && error.kind === "usage" && /COM3, or tcp:/.test(error.remedy),
    );
  });
}

it("a device's name without its folder is answered with the whole", () => {
  assert.throws(() => parsePortName("ttyACM1"), /did you mean \/dev\/ttyACM1\?/);
});

it("a port is told as it would be typed", () => {
  for (const text of ["tcp://[::1]:2323", "/dev/ttyUSB0", "COM3"])
    assert.equal(portWords(parsePortName(text)), text);
});
