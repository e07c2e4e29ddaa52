// The list of commands. A new command is one file in commands/ and one entry here; each is loaded when it is called.
import type { Registration } from "./command.ts";

export const COMMANDS: readonly Registration[] = [
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
];
