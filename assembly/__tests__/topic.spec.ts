// Owns the claims about topic names and filters, with the examples of the standard's section 4.7.

import { Status } from "../client/status";
import { checkTopicFilter, checkTopicName, matches } from "../packet/topic";
import { utf8, utf8Length } from "./support/client";

function filterStatus(filter: string): i32 {
  return checkTopicFilter(utf8(filter), utf8Length(filter));
}

function nameStatus(name: string): i32 {
  return checkTopicName(utf8(name), utf8Length(name));
}

function matching(filter: string, name: string): bool {
  return matches(utf8(filter), utf8Length(filter), utf8(name), utf8Length(name));
}

describe("a topic filter", () => {
  // [MQTT3-4.7.1-2] [MQTT3-4.7.1-3] [MQTT5-4.7.1-1] [MQTT5-4.7.1-2]
  it("has # last and alone in its level, and + alone in its level", () => {
    const good = [
      "#",
      "+",
      "sport/tennis/player1/#",
      "sport/#",
      "+/tennis/#",
      "sport/+/player1",
      "/",
      "+/+",
      "/+",
      "a//b",
      "//#",
      "a b",
    ];
    for (let i = 0; i < good.length; i++) expect<i32>(filterStatus(good[i])).toBe(Status.Ok, good[i]);
    const bad = [
      "sport/tennis#",
      "sport/tennis/#/ranking",
      "sport+",
      "#a",
      "a#",
      "##",
      "+a",
      "++",
      "a/+b",
      "#/",
      "+#",
      "a/b+/c",
    ];
    for (let i = 0; i < bad.length; i++) expect<i32>(filterStatus(bad[i])).toBe(Status.BadFilter, bad[i]);
  });

  // [MQTT3-4.7.3-1] [MQTT3-4.7.3-2] [MQTT3-3.8.3-1] [MQTT3-3.10.3-1]
  // [MQTT5-4.7.3-1] [MQTT5-4.7.3-2] [MQTT5-3.8.3-1] [MQTT5-3.10.3-1]
  it("has at least one character and is UTF-8 without U+0000", () => {
    expect<i32>(filterStatus("")).toBe(Status.TopicEmpty);
    expect<i32>(filterStatus("a\0b")).toBe(Status.BadUtf8);
  });
});

describe("a topic name", () => {
  // [MQTT3-4.7.1-1] [MQTT3-4.7.3-1] [MQTT3-4.7.3-2] [MQTT3-4.7.3-3] [MQTT3-3.3.2-2]
  // [MQTT5-4.7.0-1] [MQTT5-4.7.3-1] [MQTT5-4.7.3-2] [MQTT5-4.7.3-3] [MQTT5-3.3.2-2]
  it("has no wildcard, at least one character, and at most 65535 bytes", () => {
    expect<i32>(nameStatus("a/ b//$")).toBe(Status.Ok);
    expect<i32>(nameStatus("/")).toBe(Status.Ok);
    expect<i32>(nameStatus("")).toBe(Status.TopicEmpty);
    expect<i32>(nameStatus("a/#")).toBe(Status.TopicWildcard);
    expect<i32>(nameStatus("a+")).toBe(Status.TopicWildcard);
    expect<i32>(nameStatus("a\0")).toBe(Status.BadUtf8);
    expect<i32>(nameStatus("x".repeat(65535))).toBe(Status.Ok);
    expect<i32>(nameStatus("x".repeat(65536))).toBe(Status.TopicTooLarge);
  });
});

describe("a filter matches", () => {
  it("what the standard's examples say it matches", () => {
    const pairs = [
      ["sport/tennis/player1/#", "sport/tennis/player1"],
      ["sport/tennis/player1/#", "sport/tennis/player1/ranking"],
      ["sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon"],
      ["sport/#", "sport"],
      ["sport/tennis/+", "sport/tennis/player1"],
      ["sport/tennis/+", "sport/tennis/player2"],
      ["sport/+", "sport/"],
      ["+/+", "/finance"],
      ["/+", "/finance"],
      ["$SYS/#", "$SYS/"],
      ["$SYS/monitor/+", "$SYS/monitor/Clients"],
      ["#", "a/b"],
      ["#", "/"],
      ["+/#", "a"],
      ["a/+/c", "a//c"],
      ["a//#", "a//"],
      ["é/+", "é/ü"],
    ];
    for (let i = 0; i < pairs.length; i++)
      expect<bool>(matching(pairs[i][0], pairs[i][1])).toBe(true, `${pairs[i][0]} ${pairs[i][1]}`);
  });

  it("nothing else", () => {
    const pairs = [
      ["sport/tennis/+", "sport/tennis/player1/ranking"],
      ["sport/+", "sport"],
      ["+", "/finance"],
      ["#", "$SYS/x"],
      ["+/monitor/Clients", "$SYS/monitor/Clients"],
      ["+", "$SYS"],
      ["ACCOUNTS", "Accounts"],
      ["/finance", "finance"],
      ["a", "a/"],
      ["a/", "a"],
      ["a/b", "a/bc"],
      ["a/bc", "a/b"],
      ["a/+/#", "a"],
      ["a/b/#", "a"],
      ["a/b", "a"],
    ];
    for (let i = 0; i < pairs.length; i++)
      expect<bool>(matching(pairs[i][0], pairs[i][1])).toBe(false, `${pairs[i][0]} ${pairs[i][1]}`);
  });

  it("a $ that does not stand first like any other character", () => {
    expect<bool>(matching("+/x", "a$/x")).toBe(true);
    expect<bool>(matching("a/+", "a/$b")).toBe(true);
  });
});
