// The list of commands. A new command is one file in commands/ and one entry here; each is loaded when it is called.
import type { Registration } from "./command.ts";

export const COMMANDS: readonly Registration[] = [
  {
    name: "sim",
    summary: "simulated sensors on a bad link, and what became of every reading",
    load: async () => (await import("./commands/sim.ts")).sim,
  },
  {
    name: "proxy",
    summary: "a port behind which a bad link begins, for any client or a real board",
    load: async () => (await import("./commands/proxy.ts")).proxy,
  },
  {
    name: "trace",
    summary: "a recorded run as lines, or for Wireshark",
    load: async () => (await import("./commands/trace.ts")).trace,
  },
  {
    name: "explore",
    summary: "many random worlds, and the promises that one of them breaks",
    load: async () => (await import("./commands/explore.ts")).explore,
  },
  {
    name: "replay",
    summary: "a world of explore again, or a recorded run",
    load: async () => (await import("./commands/replay.ts")).replay,
  },
  {
    name: "shrink",
    summary: "the shortest run that still breaks a promise",
    load: async () => (await import("./commands/shrink.ts")).shrink,
  },
  {
    name: "links",
    summary: "the links there are, with every number and its source",
    load: async () => (await import("./commands/links.ts")).links,
  },
  {
    name: "boards",
    summary: "the boards there are, with everything known of them and its source",
    load: async () => (await import("./commands/boards.ts")).boards,
  },
  {
    name: "build",
    summary: "what runs on a board, with its size against the board's budget",
    load: async () => (await import("./commands/build.ts")).build,
  },
  {
    name: "flash",
    summary: "puts it on a board, and watches until the board is connected",
    load: async () => (await import("./commands/flash.ts")).flash,
  },
  {
    name: "size",
    summary: "bytes of the built images, and of the client on every board",
    load: async () => (await import("./commands/size.ts")).size,
  },
  {
    name: "doctor",
    summary: "what is installed, what is missing, which serial ports there are",
    load: async () => (await import("./commands/doctor.ts")).doctor,
  },
  {
    name: "pub",
    summary: "publishes and ends, with mosquitto_pub's options",
    load: async () => {
      const [{ pubWith }, { connect }] = await Promise.all([
        import("./commands/pub.ts"),
        import("./mosquitto/connect.ts"),
      ]);
      return pubWith(connect);
    },
  },
  {
    name: "sub",
    summary: "prints what arrives, with mosquitto_sub's options",
    load: async () => {
      const [{ subWith }, { connect }] = await Promise.all([
        import("./commands/sub.ts"),
        import("./mosquitto/connect.ts"),
      ]);
      return subWith(connect);
    },
  },
  {
    name: "device",
    summary: "the client as a console: one JSON object a line, each way",
    load: async () => (await import("./commands/device.ts")).device,
  },
];
