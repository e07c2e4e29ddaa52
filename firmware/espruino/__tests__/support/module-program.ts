// Owns a program of somebody's own on the stand-in's bench: it takes a client from the module, connects it, and prints each event.
// Knows nothing of what is claimed about it.

import { Bench, type BenchOptions } from "./bench.ts";

export interface Program {
  readonly bench: Bench;
  /** Runs more of the program. */
  type(text: string): void;
  /** What was printed for each event of a name, in order. */
  events(name: string): readonly unknown[][];
}

const TELLS_ALL = `
  ["connect", "message", "published", "rejected", "dropped", "subscribed", "unsubscribed", "close", "refused", "too-large", "aborted"]
    .forEach(function (name) {
      mqtt.on(name, function (a, b, c) { print(name, JSON.stringify([a, b, c])); });
    });
`;

export function startProgram(module: string, options: object, around: Partial<BenchOptions> = {}): Program {
  const bench = new Bench({ board: "LINUX", accessPoint: undefined, ...around } as BenchOptions);
  bench.storage.write("motekit", module);
  const interpreter = bench.powerOn();
  const given = JSON.stringify({ host: "broker.home", clientId: "shed", ...options });
  interpreter.run(
    `var mqtt = new (require("motekit").Client)(${given}); ${TELLS_ALL} print("status", mqtt.connect());`,
  );
  return {
    bench,
    type: (text) => interpreter.run(text),
    events: (name) =>
      bench.lines
        .filter((line) => line.startsWith(`${name} [`))
        .map((line) => JSON.parse(line.slice(name.length + 1)) as unknown[]),
  };
}

/** What the broker got from the board and handed on, in order. */
export function routed(bench: Bench): readonly string[] {
  return bench.events.flatMap((event) =>
    event.kind === "routed" && event.origin === "board"
      ? [
          `${event.topic}=${Buffer.from(event.payload).toString("latin1")} q${event.qos}${event.retain ? "r" : ""}`,
        ]
      : [],
  );
}
