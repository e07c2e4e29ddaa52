// Owns the claim that a server's reason codes are those of table 2-6.

import { isReason } from "../packet/reason-codes";
import { Packet } from "../packet/types";

function codesOf(type: u32): string {
  let codes = "";
  for (let code: u32 = 0; code < 256; code++) if (isReason(type, code)) codes += code.toString(16) + " ";
  return codes;
}

describe("reason codes", () => {
  // [MQTT5-3.4.2-1] [MQTT5-3.5.2-1] [MQTT5-3.6.2-1] [MQTT5-3.7.2-1] [MQTT5-3.14.2-1] [MQTT5-3.15.2-1]
  it("are those that the standard lists for the packet", () => {
    expect<string>(codesOf(Packet.Connack)).toBe(
      "0 80 81 82 83 84 85 86 87 88 89 8a 8c 90 95 97 99 9a 9b 9c 9d 9f ",
    );
    expect<string>(codesOf(Packet.Puback)).toBe("0 10 80 83 87 90 91 97 99 ");
    expect<string>(codesOf(Packet.Pubrec)).toBe("0 10 80 83 87 90 91 97 99 ");
    expect<string>(codesOf(Packet.Pubrel)).toBe("0 92 ");
    expect<string>(codesOf(Packet.Pubcomp)).toBe("0 92 ");
    expect<string>(codesOf(Packet.Suback)).toBe("0 1 2 80 83 87 8f 91 97 9e a1 a2 ");
    expect<string>(codesOf(Packet.Unsuback)).toBe("0 11 80 83 87 8f 91 ");
    expect<string>(codesOf(Packet.Disconnect)).toBe(
      "0 80 81 82 83 87 89 8b 8c 8d 8e 8f 90 93 94 95 96 97 98 99 9a 9b 9c 9d 9e 9f a0 a1 a2 ",
    );
    expect<string>(codesOf(Packet.Auth)).toBe("0 18 ");
  });
});
