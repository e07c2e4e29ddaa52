// Owns the claims about properties: which may stand where, what their bytes may be, and that what is written can be read.

import { CloseReason, Status } from "../client/status";
import { findProperty, propertiesFault, propertyBytes, propertyNumber } from "../packet/properties";
import { Kind, kindOf, Property, TYPE_BITS, WILL } from "../packet/property";
import { writeBytesProperty, writeNumberProperty, writePairProperty } from "../packet/property-writer";
import { Packet } from "../packet/types";
import { hex, utf8, utf8Length } from "./support/client";

function fault(digits: string, type: u32, isOurs: bool = false): CloseReason {
  return propertiesFault(hex(digits), digits.length / 2, type, isOurs);
}

/** One valid property of each id, in hexadecimal digits; empty for an id that there is not. */
function example(id: u32): string {
  const digits = (id < 16 ? "0" : "") + id.toString(16);
  const kind = kindOf(id) & TYPE_BITS;
  if (kind == Kind.Flag) return digits + "01";
  if (kind == Kind.U16) return digits + "0102";
  if (kind == Kind.U32) return digits + "00000102";
  if (kind == Kind.Varint) return digits + "8101";
  if (kind == Kind.Text) return digits + "000161";
  if (kind == Kind.Binary) return digits + "0002ff00";
  return kind == Kind.Pair ? digits + "000161000162" : "";
}

/** The ids that may stand in a packet of this type, as hexadecimal numbers. */
function idsIn(type: u32, isOurs: bool): string {
  let ids = "";
  for (let id: u32 = 1; id < 128; id++) {
    // authentication data needs its method beside it
    const method = id == Property.AuthData ? example(Property.AuthMethod) : "";
    const digits = example(id);
    if (digits != "" && fault(method + digits, type, isOurs) == CloseReason.None)
      ids += id.toString(16) + " ";
  }
  return ids;
}

describe("properties", () => {
  // [MQTT5-3.3.4-6]
  it("stand where table 2-4 has them, and nowhere else", () => {
    expect<string>(idsIn(Packet.Connect, true)).toBe("11 15 16 17 19 21 22 26 27 ");
    expect<string>(idsIn(Packet.Connack, false)).toBe("11 12 13 15 16 1a 1c 1f 21 22 24 25 26 27 28 29 2a ");
    expect<string>(idsIn(Packet.Publish, false)).toBe("1 2 3 8 9 b 23 26 ");
    expect<string>(idsIn(Packet.Publish, true)).toBe("1 2 3 8 9 23 26 ");
    expect<string>(idsIn(WILL, true)).toBe("1 2 3 8 9 18 26 ");
    for (let type: u32 = Packet.Puback; type <= <u32>Packet.Pubcomp; type++)
      expect<string>(idsIn(type, false)).toBe("1f 26 ");
    expect<string>(idsIn(Packet.Subscribe, true)).toBe("b 26 ");
    expect<string>(idsIn(Packet.Suback, false)).toBe("1f 26 ");
    expect<string>(idsIn(Packet.Unsubscribe, true)).toBe("26 ");
    expect<string>(idsIn(Packet.Unsuback, false)).toBe("1f 26 ");
    expect<string>(idsIn(Packet.Disconnect, false)).toBe("1c 1f 26 ");
    expect<string>(idsIn(Packet.Disconnect, true)).toBe("11 1f 26 ");
    expect<string>(idsIn(Packet.Auth, false)).toBe("15 16 1f 26 ");
  });

  it("of an id that there is not cannot be read", () => {
    for (let id: u32 = 0; id < 256; id++) {
      if (kindOf(id) != Kind.None) continue;
      const digits = (id < 16 ? "0" : "") + id.toString(16);
      expect<i32>(fault(digits + "00", Packet.Connack)).toBe(CloseReason.BadProperties);
    }
  });

  it("end where their length says, wherever they are cut", () => {
    for (let id: u32 = 1; id < 43; id++) {
      const whole = example(id);
      if (whole == "") continue;
      let type: u32 = Packet.Connack;
      if (fault(whole, type) != CloseReason.None)
        type = id < 16 || id == 0x23 ? Packet.Publish : Packet.Connect;
      if (id == Property.WillDelay) type = WILL;
      if (id == Property.AuthData) continue;
      expect<i32>(fault(whole, type)).toBe(CloseReason.None, whole);
      for (let digits = 2; digits < whole.length; digits += 2)
        expect<i32>(fault(whole.substr(0, digits), type)).toBe(
          CloseReason.BadProperties,
          whole.substr(0, digits),
        );
    }
  });

  it("stand there once, but for user properties and a message's identifiers", () => {
    for (let id: u32 = 1; id < 43; id++) {
      const digits = example(id);
      if (digits == "" || fault(digits, Packet.Connack) != CloseReason.None) continue;
      const expected = id == Property.UserProperty ? CloseReason.None : CloseReason.BadPropertyValue;
      expect<i32>(fault(digits + digits, Packet.Connack)).toBe(expected, digits);
      expect<i32>(fault(digits + "26000161000162" + digits, Packet.Connack)).toBe(expected, digits);
    }
    expect<i32>(fault("0b010b02", Packet.Publish)).toBe(CloseReason.None);
    expect<i32>(fault("0b010b02", Packet.Subscribe, true)).toBe(CloseReason.BadPropertyValue);
    expect<i32>(fault("23000123000201", Packet.Publish)).toBe(CloseReason.BadPropertyValue);
  });

  // [MQTT5-3.3.2-8]
  it("have values in their range", () => {
    expect<i32>(fault("0102", Packet.Publish)).toBe(CloseReason.BadPropertyValue);
    expect<i32>(fault("2402", Packet.Connack)).toBe(CloseReason.BadPropertyValue);
    expect<i32>(fault("210000", Packet.Connack)).toBe(CloseReason.BadPropertyValue);
    expect<i32>(fault("2700000000", Packet.Connack)).toBe(CloseReason.BadPropertyValue);
    expect<i32>(fault("2700010000", Packet.Connack)).toBe(CloseReason.None);
    expect<i32>(fault("0b00", Packet.Publish)).toBe(CloseReason.BadPropertyValue);
    expect<i32>(fault("230000", Packet.Publish)).toBe(CloseReason.BadTopicAlias);
    expect<i32>(fault("220000", Packet.Connack)).toBe(CloseReason.None);
    expect<i32>(fault("0200000000", Packet.Publish)).toBe(CloseReason.None);
  });

  // [MQTT5-1.5.4-1] [MQTT5-1.5.4-2] [MQTT5-1.5.7-1] [MQTT5-3.3.2-13] [MQTT5-3.3.2-14] [MQTT5-3.3.2-19]
  it("hold strings that are UTF-8, and a response topic without wildcards", () => {
    expect<i32>(fault("030000", Packet.Publish)).toBe(CloseReason.None);
    expect<i32>(fault("030001ff", Packet.Publish)).toBe(CloseReason.BadProperties);
    expect<i32>(fault("03000100", Packet.Publish)).toBe(CloseReason.BadProperties);
    expect<i32>(fault("0900020000", Packet.Publish)).toBe(CloseReason.None);
    expect<i32>(fault("26000161000200ff", Packet.Publish)).toBe(CloseReason.BadProperties);
    expect<i32>(fault("260001ff000162", Packet.Publish)).toBe(CloseReason.BadProperties);
    expect<i32>(fault("0800012b", Packet.Publish)).toBe(CloseReason.BadPropertyValue);
    expect<i32>(fault("08000180", Packet.Publish)).toBe(CloseReason.BadProperties);
    expect<i32>(fault("080000", Packet.Publish)).toBe(CloseReason.BadPropertyValue);
  });

  // [MQTT5-1.5.5-1]
  it("have variable byte integers of at most four bytes, and no more than they need", () => {
    expect<i32>(fault("0bffffff7f", Packet.Publish)).toBe(CloseReason.None);
    expect<i32>(fault("0bffffffff01", Packet.Publish)).toBe(CloseReason.BadProperties);
    expect<i32>(fault("0b8100", Packet.Publish)).toBe(CloseReason.BadProperties);
  });

  it("with authentication data name its method", () => {
    expect<i32>(fault("160001aa", Packet.Connack)).toBe(CloseReason.BadPropertyValue);
    expect<i32>(fault("160001aa15000161", Packet.Connack)).toBe(CloseReason.None);
  });

  it("are found by their id, one after the other", () => {
    const at = hex("0101260001610001620b81010b05");
    expect<u32>(findProperty(at, 14, Property.UserProperty)).toBe(2);
    expect<u32>(findProperty(at, 14, Property.SubscriptionIdentifier)).toBe(9);
    expect<u32>(propertyNumber(at + 9)).toBe(129);
    expect<u32>(propertyBytes(at + 9)).toBe(3);
    expect<u32>(propertyNumber(at + 12)).toBe(5);
    expect<u32>(propertyNumber(at)).toBe(1);
    expect<u32>(findProperty(at, 14, Property.ContentType)).toBe(14, "none");
  });
});

describe("a written property", () => {
  it("is what can be read", () => {
    const at = hex("0000000000000000000000000000000000000000000000000000000000000000");
    let end = writeNumberProperty(at, 32, Property.PayloadFormat, 1);
    end += writeNumberProperty(at + end, 32 - end, Property.MessageExpiry, 0xfffefdfc);
    end += writeBytesProperty(at + end, 32 - end, Property.CorrelationData, utf8("id"), 2);
    end += writePairProperty(at + end, 32 - end, utf8("a"), 1, utf8(""), 0);
    expect<i32>(end).toBe(2 + 5 + 5 + 6);
    expect<i32>(propertiesFault(at, end, Packet.Publish, true)).toBe(CloseReason.None);
    expect<u32>(propertyNumber(at + 2)).toBe(0xfffefdfc);
  });

  // [MQTT5-1.5.4-1] [MQTT5-1.5.7-1]
  it("is refused where it has no room, no such type or no such value", () => {
    const at = hex("0000000000000000");
    expect<i32>(writeNumberProperty(at, 1, Property.PayloadFormat, 1)).toBe(Status.ArgumentRange);
    expect<i32>(writeNumberProperty(at, 8, Property.PayloadFormat, 2)).toBe(Status.ArgumentRange);
    expect<i32>(writeNumberProperty(at, 8, Property.ReceiveMaximum, 0)).toBe(Status.ArgumentRange);
    expect<i32>(writeNumberProperty(at, 8, Property.ReceiveMaximum, 65536)).toBe(Status.ArgumentRange);
    expect<i32>(writeNumberProperty(at, 8, Property.SubscriptionIdentifier, 268435456)).toBe(
      Status.ArgumentRange,
    );
    expect<i32>(writeNumberProperty(at, 8, Property.ContentType, 1)).toBe(Status.ArgumentRange);
    expect<i32>(writeNumberProperty(at, 8, 0, 1)).toBe(Status.ArgumentRange);
    expect<i32>(writeBytesProperty(at, 4, Property.ContentType, utf8("ab"), 2)).toBe(Status.ArgumentRange);
    expect<i32>(writeBytesProperty(at, 8, Property.ContentType, hex("ff"), 1)).toBe(Status.BadUtf8);
    expect<i32>(writeBytesProperty(at, 8, Property.CorrelationData, hex("ff"), 1)).toBe(4);
    expect<i32>(writePairProperty(at, 6, utf8("a"), 1, utf8("b"), 1)).toBe(Status.ArgumentRange);
    expect<i32>(writePairProperty(at, 8, hex("ff"), 1, utf8("b"), 1)).toBe(Status.BadUtf8);
    expect<u32>(load<u8>(at + 7)).toBe(0);
    expect<u32>(utf8Length("ab")).toBe(2);
  });
});
