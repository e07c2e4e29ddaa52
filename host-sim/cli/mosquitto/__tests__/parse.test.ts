// Claims about the options of `pub` and `sub`: the same as mosquitto_pub's and mosquitto_sub's, or refused by name.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Failure } from "../../failure.ts";
import { parsePub, parseSub } from "../parse.ts";
import { asksForHelp } from "../read-argv.ts";
import { type Command, OPTIONS, REFUSED } from "../table.ts";

const PID = 4711;

function pub(line: string) {
  return parsePub(line.split(" "), PID);
}

function sub(line: string) {
  return parseSub(line.split(" "), PID);
}

function refused(parse: () => unknown, complaint: RegExp): void {
  assert.throws(parse, (error) => {
    assert.ok(error instanceof Failure);
    assert.equal(error.kind, "usage");
    assert.match(`${error.message}\n${error.remedy}`, complaint);
    return true;
  });
}

describe("pub", () => {
  it("needs no more than a topic and a message", () => {
    assert.deepEqual(pub("-t a/b -m hi"), {
      host: "localhost",
      port: 1883,
      tls: undefined,
      protocolVersion: 4,
      clientId: undefined,
      clean: true,
      keepaliveSeconds: 60,
      username: undefined,
      password: undefined,
      will: undefined,
      properties: {},
      debug: false,
      quiet: false,
      topic: "a/b",
      payload: { from: "text", text: "hi" },
      qos: 0,
      retain: false,
      repeat: 1,
      repeatDelaySeconds: 0,
    });
  });

  it("takes every option that it shares with mosquitto_pub", () => {
    const options = pub(
      "-h example.org -p 1884 -u me -P secret -i one -c -k 5 -V mqttv31 -t t -f file -q 2 -r -d --quiet --nodelay " +
        "--repeat 3 --repeat-delay 0.5 --cafile ca --cert c --key k " +
        "--will-topic w --will-payload gone --will-qos 1 --will-retain",
    );
    assert.deepEqual(options, {
      host: "example.org",
      port: 1884,
      tls: { ca: "ca", cert: "c", key: "k" },
      protocolVersion: 3,
      clientId: "one",
      clean: false,
      keepaliveSeconds: 5,
      username: "me",
      password: "secret",
      will: { topic: "w", payload: "gone", qos: 1, retain: true },
      properties: {},
      debug: true,
      quiet: true,
      topic: "t",
      payload: { from: "file", path: "file" },
      qos: 2,
      retain: true,
      repeat: 3,
      repeatDelaySeconds: 0.5,
    });
  });

  it("takes what follows an option as its value, whatever it looks like", () => {
    assert.deepEqual(pub("-t a -m -1").payload, { from: "text", text: "-1" });
    assert.deepEqual(pub("-t a -m --help").payload, { from: "text", text: "--help" });
    assert.deepEqual(parsePub(["-t", "a", "-m", ""], PID).payload, { from: "text", text: "" });
  });

  for (const [option, from] of [
    ["-s", "stdin"],
    ["--stdin-file", "stdin"],
    ["-l", "lines"],
    ["-n", "nothing"],
  ] as const) {
    it(`${option} takes the message from ${from}`, () =>
      assert.deepEqual(pub(`-t a ${option}`).payload, { from }));
  }

  for (const [line, complaint] of [
    ["-m x", /no topic given/],
    ["-t a", /no message given\nAccepted: one of -m/],
    ["-t a -m x -n", /more than one kind of message/],
    ["-t a/# -m x", /'a\/#' is wrong.*no \+ or #/],
    ["-t a -m x -q 3", /-q cannot be '3'\nAccepted: 0, 1, 2/],
    ["-t a -m x -p 0", /-p cannot be '0'\nAccepted: a whole number from 1 to 65535/],
    ["-t a -m x -p 1e3", /-p cannot be '1e3'/],
    ["-t a -m x -k 65536", /-k cannot be '65536'/],
    ["-t a -m", /-m was given no value/],
    ["-t a -m x -C 1", /unknown option '-C'/],
    ["-t a -m x --reatin", /unknown option '--reatin' \(did you mean --retain\?\)/],
    ["-t a -m x -rd", /unknown option '-rd'/],
    ["-t a -m x --topic=b", /unknown option '--topic=b'/],
    ["-t a -m x more", /unknown option 'more'/],
    ["-t a -l --repeat 2", /--repeat does not go with -l/],
    ["-t a -m x --repeat 0", /--repeat cannot be '0'/],
    ["-t a -m x -i b -I c", /-i and -I exclude each other/],
    ["-t a -m x -P secret", /a password needs a user name/],
    ["-t a -m x --cert c", /--cert and --key go together/],
    ["-t a -m x --cert c --key k", /--cert needs TLS/],
    ["-t a -m x --will-qos 0", /a will needs a topic/],
    ["-t a -m x --will-topic w/+", /--will-topic 'w\/\+' is wrong/],
    ["-t a -m x -c", /-c needs a client id/],
    ["-t a -m x -V mqttv6", /-V cannot be 'mqttv6'\nAccepted: .*mqttv31, mqttv311, mqttv5/],
    ["-t a -m x -V mqttv311 -D publish content-type x", /-D needs MQTT 5\nAccepted: -V mqttv5/],
    ["-t a -m x -V mqttv31 -x 5", /-x needs MQTT 5/],
    ["-t a -m x -D publish content-type", /-D was given too few arguments\nAccepted: COMMAND NAME VALUE/],
    ["-t a -m x -D publish user-property a", /-D was given too few arguments/],
    ["-t a -m x -D publisher content-type x", /-D has no command 'publisher' \(did you mean publish\?\)/],
    ["-t a -m x -D subscribe user-property a b", /-D has no command 'subscribe'/],
    ["-t a -m x -D publish contenttype x", /no property 'contenttype' \(did you mean content-type\?\)/],
    ["-t a -m x -D publish topic-alias 1", /'topic-alias'.*: aliases are given by the client itself/],
    [
      "-t a -m x -D publish message-expiry-interval soon",
      /cannot be 'soon'\nAccepted: a whole number from 0/,
    ],
    ["-t a -m x -D publish content-type a -D publish content-type b", /content-type is given twice/],
    ["-t a -m x -D will will-delay-interval 5", /a will needs a topic/],
    ["-t a -m x -x 1 -D connect session-expiry-interval 2", /exclude each other/],
    ["-t a -m x -V 31 -i abcdefghijklmnopqrstuvwx", /24 bytes, which MQTT 3\.1 does not allow/],
    ["-t a -m x --insecure", /--insecure is not supported: the server's name is always checked/],
  ] as const) {
    it(`refuses "${line}" and says why`, () => refused(() => pub(line), complaint));
  }
});

describe("the connection", () => {
  it("is to port 8883 with TLS, however that was asked for", () => {
    for (const how of ["--cafile ca", "--tls-use-os-certs", "-L mqtts://localhost/t"]) {
      const { port, tls } = pub(`-t a -m x ${how}`);
      assert.deepEqual([port, tls !== undefined], [8883, true], how);
    }
  });

  it("takes everything from a URL", () => {
    const { host, port, tls, username, password, topic } = pub(
      "-m x -L mqtts://me:p%40ss@example.org:1234/home/a%20b",
    );
    assert.deepEqual(
      [host, port, username, password, topic],
      ["example.org", 1234, "me", "p@ss", "home/a%20b"],
    );
    assert.deepEqual(tls, { ca: undefined, cert: undefined, key: undefined });
  });

  it("takes a wildcard in a URL's topic, and a host of digits and colons", () => {
    const { host, topicFilters } = sub("-L mqtt://[::1]/home/# -t other");
    assert.deepEqual([host, topicFilters], ["::1", ["home/#", "other"]]);
  });

  for (const url of ["http://h/t", "example.org", "mqtt://", "mqtt://me:%zz@h/t"]) {
    it(`refuses the URL ${url} without repeating what may be a password`, () => {
      refused(
        () => parsePub(["-m", "x", "-t", "a", "-L", url], PID),
        /-L is not a URL[^%]*Accepted: mqtt:\/\//,
      );
    });
  }

  it("-I makes the client id of a prefix and the process id", () => {
    assert.equal(pub("-t a -m x -I mote-").clientId, `mote-${PID}`);
  });

  for (const [text, version] of [
    ["mqttv31", 3],
    ["31", 3],
    ["mqttv311", 4],
    ["311", 4],
  ] as const) {
    it(`-V ${text} is protocol version ${version}`, () => {
      assert.equal(pub(`-t a -m x -V ${text}`).protocolVersion, version);
    });
  }
});

describe("sub", () => {
  it("takes its own options", () => {
    const options = sub("-t a/# -t b -T a/x -T a/y -U c -q 1 -v -N -C 2 -W 3 -E -R --remove-retained --json");
    assert.deepEqual(options.topicFilters, ["a/#", "b"]);
    assert.deepEqual(options.filterOut, ["a/x", "a/y"]);
    assert.deepEqual(options.unsubscribe, ["c"]);
    const { qos, verbose, endOfLine, messageCount, timeoutSeconds, exitWhenSubscribed, retained } = options;
    assert.deepEqual([qos, verbose, endOfLine, messageCount, timeoutSeconds], [1, true, false, 2, 3]);
    assert.deepEqual(
      [exitWhenSubscribed, retained, options.removeRetained, options.json],
      [true, "hidden", true, true],
    );
  });

  it("prints messages with line ends and retained ones too, unless told otherwise", () => {
    const { endOfLine, retained, messageCount, timeoutSeconds } = sub("-t a");
    assert.deepEqual(
      [endOfLine, retained, messageCount, timeoutSeconds],
      [true, "shown", undefined, undefined],
    );
  });

  for (const [line, complaint] of [
    ["-v", /no topic given/],
    ["-t a/#/b", /'a\/#\/b' is wrong: # may only be the last level/],
    ["-t a+", /'a\+' is wrong: \+ and # fill a whole level/],
    ["-t a -T b#", /-T 'b#' is wrong/],
    ["-t a -U b#", /-U 'b#' is wrong/],
    ["-t a -C 0", /-C cannot be '0'/],
    ["-t a -W 0", /-W cannot be '0'/],
    ["-t a -W 5s", /-W cannot be '5s'/],
    ["-t a -R --retained-only", /leave nothing/],
    ["-t a -m x", /unknown option '-m'/],
    ["-t a -F %j", /-F is not supported/],
  ] as const) {
    it(`refuses "${line}" and says why`, () => refused(() => sub(line), complaint));
  }

  it("may unsubscribe only", () => assert.deepEqual(sub("-U a -c -i me").topicFilters, []));
});

describe("help", () => {
  it("is --help alone, for -h is the host", () => {
    assert.equal(asksForHelp("sub", ["-t", "a", "--help"]), true);
    assert.equal(asksForHelp("sub", ["-h", "example.org"]), false);
    assert.equal(asksForHelp("pub", ["-t", "a", "-m", "--help"]), false);
  });
});

describe("the table", () => {
  for (const command of ["pub", "sub"] as const satisfies readonly Command[]) {
    it(`gives no name two meanings in ${command}`, () => {
      const names = OPTIONS.filter(({ of }) => of === command || of === "both").flatMap(
        ({ names: own }) => own,
      );
      assert.equal(new Set(names).size, names.length);
      assert.deepEqual(
        names.filter((name) => name in REFUSED),
        [],
      );
    });
  }
});
