// Owns the claims about which bytes are a string, from Unicode's table 3-7.

import { isString } from "../packet/utf8";
import { hex } from "./support/client";

function accepts(digits: string): bool {
  return isString(hex(digits), digits.length / 2);
}

describe("a string", () => {
  it("may be empty", () => {
    expect<bool>(accepts("")).toBe(true);
  });

  // [MQTT3-1.5.3-1] [MQTT3-1.5.3-3] [MQTT5-1.5.4-1] [MQTT5-1.5.4-3]
  it("has the first and last sequence of every row of the table", () => {
    const good = [
      "01",
      "7f",
      "c280",
      "dfbf",
      "e0a080",
      "e0bfbf",
      "e18080",
      "ecbfbf",
      "ed8080",
      "ed9fbf",
      "ee8080",
      "efbfbf",
      "f0908080",
      "f0bfbfbf",
      "f1808080",
      "f3bfbfbf",
      "f4808080",
      "f48fbfbf",
      "efbbbf",
    ];
    for (let i = 0; i < good.length; i++) expect<bool>(accepts(good[i])).toBe(true, good[i]);
  });

  // [MQTT3-1.5.3-1] [MQTT3-1.5.3-2] [MQTT5-1.5.4-1] [MQTT5-1.5.4-2]
  it("has nothing just outside of it", () => {
    const bad = [
      "00",
      "80",
      "bf",
      "c080",
      "c1bf",
      "c27f",
      "c2c0",
      "e09fbf",
      "e0c080",
      "e1807f",
      "e17f80",
      "ed a080",
      "edbfbf",
      "f08fbfbf",
      "f0c08080",
      "f4908080",
      "f5808080",
      "f7bfbfbf",
      "f888808080",
      "fc8480808080",
      "fe",
      "ff",
      "f0907f80",
      "f09080c0",
    ];
    for (let i = 0; i < bad.length; i++) expect<bool>(accepts(bad[i].replace(" ", ""))).toBe(false, bad[i]);
  });

  it("has no sequence that is cut short by its end", () => {
    const bad = ["c2", "e0a0", "e1", "f09080", "f090", "f1", "61f09f92"];
    for (let i = 0; i < bad.length; i++) expect<bool>(accepts(bad[i])).toBe(false, bad[i]);
  });

  it("is judged to its last byte, and not beyond", () => {
    expect<bool>(isString(hex("6162ff"), 2)).toBe(true);
    expect<bool>(isString(hex("6162ff"), 3)).toBe(false);
  });
});
