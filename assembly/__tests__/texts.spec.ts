// Owns the claims about the pool of texts.

import { Client } from "../client/block";
import { Status } from "../client/status";
import { sameText } from "../packet/topic";
import { addText, findText, forgetText, TextKind, textAddress, textLength } from "../session/texts";
import { freshClient, utf8, utf8Length } from "./support/client";

function add(c: Client, text: string, kind: u32 = TextKind.Bytes): i32 {
  return addText(c, utf8(text), utf8Length(text), kind);
}

function says(c: Client, handle: i32, text: string): bool {
  return sameText(textAddress(c, handle), textLength(c, handle), utf8(text), utf8Length(text));
}

describe("the pool of texts", () => {
  it("keeps every text under its handle, from 1 on", () => {
    const c = freshClient();
    const a = add(c, "one");
    const b = add(c, "");
    expect<i32>(a).toBe(1);
    expect<i32>(b).toBe(2);
    expect<bool>(says(c, a, "one") && says(c, b, "")).toBe(true);
  });

  it("can be filled to its last byte and no further", () => {
    const c = freshClient(); // 60 bytes
    expect<bool>(add(c, "x".repeat(58)) > 0).toBe(true);
    expect<i32>(add(c, "")).toBe(Status.TextBytesFull);
    expect<u32>(c.textBytesUsed).toBe(60);
  });

  it("holds as many texts as it has rows", () => {
    const c = freshClient();
    for (let i = 0; i < 6; i++) expect<bool>(add(c, "") > 0).toBe(true);
    expect<i32>(add(c, "")).toBe(Status.TooManyTexts);
  });

  it("closes the gaps of forgotten texts, and the others keep their handles", () => {
    const c = freshClient();
    const a = add(c, "aaaaaaaaaa");
    const b = add(c, "bbbbbbbbbb");
    const filter = add(c, "f/+", TextKind.Filter);
    const d = add(c, "dddddddddd");
    store<u8>(textAddress(c, filter) + textLength(c, filter), 2);
    forgetText(c, a);
    const e = add(c, "eeeeeeeeeeeeeeeeeeee");
    expect<bool>(e > 0).toBe(true);
    expect<bool>(says(c, b, "bbbbbbbbbb") && says(c, d, "dddddddddd") && says(c, filter, "f/+")).toBe(true);
    expect<u32>(load<u8>(textAddress(c, filter) + textLength(c, filter))).toBe(2);
    expect<bool>(says(c, e, "eeeeeeeeeeeeeeeeeeee")).toBe(true);
  });

  it("moves nothing while a packet is being sent from it", () => {
    const c = freshClient();
    const a = add(c, "a".repeat(20));
    add(c, "b".repeat(20));
    forgetText(c, a);
    c.spanLength = 1;
    expect<i32>(add(c, "c".repeat(20))).toBe(Status.TextBytesFull);
    c.spanLength = 0;
    expect<bool>(add(c, "c".repeat(20)) > 0).toBe(true);
  });

  it("finds a text by kind and bytes", () => {
    const c = freshClient();
    const a = add(c, "abc", TextKind.Filter);
    expect<u32>(findText(c, utf8("abc"), 3, TextKind.Filter)).toBe(a);
    expect<u32>(findText(c, utf8("abc"), 3, TextKind.Topic)).toBe(0);
    expect<u32>(findText(c, utf8("abd"), 3, TextKind.Filter)).toBe(0);
    expect<u32>(findText(c, utf8("ab"), 2, TextKind.Filter)).toBe(0);
  });

  it("refuses lengths that no number of bytes could hold", () => {
    const c = freshClient();
    expect<i32>(addText(c, 0, 0xffff_ffff, TextKind.Bytes)).toBe(Status.TextBytesFull);
    expect<i32>(addText(c, 0, 65536, TextKind.Bytes)).toBe(Status.TextBytesFull);
  });
});
