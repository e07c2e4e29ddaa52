// Claims about `proxy` as a command: what it refuses, what it says while it runs, and how it ends.
import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { PATIENCE_MS } from "../../../__tests__/support/patience.ts";
import { createRealClock } from "../../../time/real-clock.ts";
import { type StandIn, standIn } from "../../__tests__/support/stand-in.ts";
import { COMMANDS } from "../../commands.ts";
import { main } from "../../main.ts";

const LOOPBACK = "127.0.0.1";

interface Running {
  readonly world: StandIn;
  readonly code: Promise<number>;
  /** Where it says it listens. */
  port(): Promise<number>;
}

function running(args: readonly string[]): Running {
  const real = createRealClock();
  const world = standIn();
  const code = main(["proxy", ...args], { ...world, clock: real }, COMMANDS);
  return {
    world,
    code,
    async port() {
      await said(world, /Listening at 127\.0\.0\.1:(\d+)\./);
      return Number(/Listening at 127\.0\.0\.1:(\d+)\./.exec(world.stderr.text)?.[1]);
    },
  };
}

async function said({ stderr }: StandIn, words: RegExp): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!words.test(stderr.text)) {
    assert.ok(performance.now() < deadline, `never said ${words}:\n${stderr.text}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function serving(t: TestContext): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer((socket) => {
    socket.on("error", () => socket.destroy());
    socket.pipe(socket);
  });
  server.listen(0, LOOPBACK);
  await once(server, "listening");
  t.after(() => void server.close());
  return { server, port: (server.address() as AddressInfo).port };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, LOOPBACK);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function echoOf(port: number, words: string): Promise<string> {
  const socket = connect({ host: LOOPBACK, port });
  socket.end(words);
  let text = "";
  for await (const chunk of socket) text += chunk;
  return text;
}

const THERE = ["--listen", "0", "--upstream", "127.0.0.1:1883"];

describe("proxy is refused with 2 and does nothing", () => {
  for (const [args, complaint] of [
    [["--listen", "0"], /--upstream is missing\nAccepted: --upstream HOST:PORT/],
    [["--upstream", "h:1"], /--listen is missing\nAccepted: --listen PORT/],
    [
      ["--listen", "70000", "--upstream", "h:1"],
      /--listen 70000 is no port to listen at\nAccepted: .*0\.0\.0\.0:1883/,
    ],
    [["--listen", "here", "--upstream", "h:1"], /--listen here is no port/],
    [
      ["--listen", "0", "--upstream", "1883"],
      /--upstream 1883 is no HOST:PORT\nAccepted: --upstream HOST:PORT/,
    ],
    [["--listen", "0", "--upstream", "h:0"], /--upstream h:0 is no HOST:PORT/],
    [["--listen", "0", "--upstream", "mqtt://h:1"], /leave out the protocol/],
    [["--listen", "1883", "--upstream", "localhost:1883"], /--upstream localhost:1883 is the proxy itself/],
    [["--listen", "0.0.0.0:1883", "--upstream", "127.0.0.1:1883"], /is the proxy itself/],
    [[...THERE, "--link", "geo-vast"], /no link "geo-vast" \(did you mean geo-vsat\?\)/],
    [[...THERE, "--link", "perfect,los=2%"], /no "los" \(did you mean loss\?\)/],
    [[...THERE, "--link", "iridium-sbd"], /--link iridium-sbd carries messages, no connections/],
    [[...THERE, "--link", "perfect,tls=1.3"], /models a TLS handshake/],
    [[...THERE, "--board", "linus"], /no board is called "linus" \(did you mean linux\?\)/],
    [[...THERE, "--for", "0s"], /--for 0 passes nothing on/],
    [[...THERE, "--for", "30"], /"30" has no unit/],
    [["--listen", "192.0.2.1:0", "--upstream", "h:1"], /no network of this machine has that address/],
  ] as const) {
    it(`for "${args.join(" ")}"`, async () => {
      const { world, code } = running(args);
      assert.equal(await code, 2, world.stderr.text);
      assert.match(world.stderr.text, complaint);
      assert.equal(world.stdout.text, "");
    });
  }
});

describe("proxy", () => {
  it("passes bytes on until --for is over, says what happened, and ends with 0 and one JSON document", async (t) => {
    const upstream = await serving(t);
    const args = [
      "--listen",
      "0",
      "--upstream",
      `localhost:${upstream.port}`,
      "--link",
      "perfect,delay=20ms",
    ];
    const { world, code, port } = running([...args, "--seed", "7", "--for", "1500ms", "--json"]);
    assert.equal(await echoOf(await port(), "hello"), "hello");
    assert.equal(await code, 0, world.stderr.text);
    const { durationMs, bytesUp, bytesDown, ...passed } = JSON.parse(world.stdout.text);
    assert.deepEqual(passed, {
      ...{ seed: 7, link: "perfect,delay=20ms", listen: `127.0.0.1:${await port()}` },
      ...{ upstream: `localhost:${upstream.port}`, connections: 1, through: 1 },
      ...{ payloadBytesUp: 5, payloadBytesDown: 5, costUsd: null, chargeMc: null },
    });
    assert.ok(durationMs >= 1500 && bytesUp > 100 && bytesDown > 100);
    const { text } = world.stderr;
    assert.match(text, /Between it and localhost:\d+ lies perfect,delay=20ms, seed 7\./);
    assert.match(text, /s {2}connection 1 opened by 127\.0\.0\.1:\d+\n/);
    assert.match(text, /s {2}connection 1 through after \d+ ms\n/);
    assert.match(text, /s {2}connection 1 closed after 0\.\d s, 5 bytes up, 5 down\n/);
    assert.match(text, /1 connection, 1 through: 5 bytes up, 5 down\./);
  });

  it("ends with 130 at Ctrl-C, resets who is connected, and says what passed", async (t) => {
    const upstream = await serving(t);
    const { world, code, port } = running([
      "--listen",
      "0",
      "--upstream",
      `${LOOPBACK}:${upstream.port}`,
      "--link",
      "perfect",
    ]);
    const socket = connect({ host: LOOPBACK, port: await port() });
    socket.write("hello");
    await once(socket, "data");
    const gone = once(socket, "error");
    world.signals.emit("SIGINT");
    assert.equal(await code, 130);
    assert.equal(((await gone)[0] as NodeJS.ErrnoException).code, "ECONNRESET");
    assert.match(world.stderr.text, /connection 1 closed after .*, 5 bytes up, 5 down: the proxy ended\n/);
    assert.match(world.stderr.text, /1 connection, 1 through/);
  });

  it("ends with 3 at once when its port is taken, and says how to get one", async (t) => {
    const { port } = await serving(t);
    const { world, code } = running(["--listen", `${port}`, "--upstream", "127.0.0.1:1"]);
    assert.equal(await code, 3);
    assert.match(world.stderr.text, new RegExp(`127\\.0\\.0\\.1:${port} is taken: .*\nChoose another port`));
  });

  it("ends with 3 when the upstream took no connection, having said so as it happened", async () => {
    const upstream = `${LOOPBACK}:${await freePort()}`;
    const { world, code, port } = running([
      "--listen",
      "0",
      "--upstream",
      upstream,
      "--link",
      "perfect",
      "--for",
      "1s",
    ]);
    await assert.rejects(echoOf(await port(), "hello"), { code: "ECONNRESET" });
    assert.equal(await code, 3);
    assert.match(
      world.stderr.text,
      /upstream: 127\.0\.0\.1:\d+ refused the connection: nothing listens there\n/,
    );
    assert.match(world.stderr.text, /connection 1 closed after .*, never through: .* refused the connection/);
    assert.match(world.stderr.text, /took no connection: .*\nStart what shall listen there/);
  });

  it("to which nobody came ends with 0: the upstream was never asked", async () => {
    const { world, code } = running(["--listen", "0", "--upstream", `${LOOPBACK}:1`, "--for", "50ms"]);
    assert.equal(await code, 0);
    assert.match(world.stderr.text, /Nobody connected\./);
    assert.equal(world.stdout.text, "");
  });
});
