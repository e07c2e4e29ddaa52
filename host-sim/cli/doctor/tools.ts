// Programs from outside that some command or test can use. Says what each is for; runs none of them.
import { DAEMON_FOLDERS, findProgram, isProgram } from "../../programs/find-program.ts";
import type { Finding } from "./finding.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface Tool {
  readonly name: string;
  /** Any of these programs will do. */
  readonly programs: readonly string[];
  readonly purpose: string;
  readonly howToGet: string;
}

const TOOLS: readonly Tool[] = [
  {
    name: "mosquitto",
    programs: ["mosquitto"],
    purpose: "the tests against a real broker",
    howToGet: "apt-get install mosquitto, or https://mosquitto.org/download",
  },
  {
    name: "mosquitto_pub",
    programs: ["mosquitto_pub"],
    purpose: "comparing `pub` and `sub` with their models",
    howToGet: "apt-get install mosquitto-clients",
  },
  {
    name: "openssl",
    programs: ["openssl"],
    purpose: "certificates for the TLS tests",
    howToGet: "apt-get install openssl",
  },
  {
    name: "chromium",
    programs: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"],
    purpose: "the tests of the dashboard in a browser",
    howToGet: "apt-get install chromium",
  },
  {
    name: "esptool",
    programs: ["esptool", "esptool.py"],
    purpose: "a second way to put an image on an ESP8266 or ESP32",
    howToGet: "pip install esptool",
  },
  {
    name: "xtensa-lx106-elf-gcc",
    programs: ["xtensa-lx106-elf-gcc"],
    purpose: "native images for the ESP8266",
    howToGet: "apt-get install gcc-xtensa-lx106",
  },
  {
    name: "qemu-system-xtensa",
    programs: ["qemu-system-xtensa"],
    purpose: "running native ESP8266 code without a board",
    howToGet: "apt-get install qemu-system-misc",
  },
];

export function findTools(env: Environment): readonly Finding[] {
  return [...TOOLS.map((tool) => findTool(tool, env)), findEspruino(env)];
}

function findTool({ name, programs, purpose, howToGet }: Tool, env: Environment): Finding {
  const place = findProgram(programs, env, DAEMON_FOLDERS);
  const about = { name, purpose, howToGet, needed: false };
  if (place === undefined) return { ...about, state: "missing", detail: "not on the PATH" };
  return { ...about, state: "found", detail: place };
}

/** The interpreter is built by hand, so there is no usual place to look in. */
function findEspruino(env: Environment): Finding {
  const about = {
    name: "ESPRUINO",
    purpose: "running the JavaScript image in the real interpreter",
    howToGet:
      "build Espruino for Linux (https://github.com/espruino/Espruino), then set ESPRUINO to its path",
    needed: false,
  };
  const path = env.ESPRUINO;
  if (!path) return { ...about, state: "missing", detail: "the variable is not set" };
  if (!isProgram(path)) return { ...about, state: "stale", detail: `${path} is no program` };
  return { ...about, state: "found", detail: path };
}
