// Owns a device in translated JavaScript as a subject of equivalence. Knows how the translator links, and no more of it.
import type { Program } from "../portable/model.ts";
import { type Linked, linkImage } from "../translate/link.ts";
import {
  answersAddress,
  type BoardAnswers,
  INBOX_BYTES,
  placeArguments,
  SCRATCH_BYTES,
  type Step,
  type Subject,
} from "./subject.ts";

export interface JavaScriptDevice {
  readonly program: Program;
  readonly capacities: readonly number[];
  readonly firmware: "client" | "sensor";
  readonly mode: "plain" | "check";
  readonly isMinified: boolean;
}

/** A text that makes devices of one kind, as often as one likes. */
export interface JavaScriptImage {
  readonly name: string;
  readonly linked: Linked;
  instantiate(board: BoardAnswers): Subject;
}

const BOARD = `
function sampleThousandths(channel){return board.sampleThousandths(channel)}
function setOutput(output,isOn){return board.setOutput(output,isOn)}
function writeIdentity(at,capacity){return board.writeIdentity(at,capacity)}
`;

/** `change` is made to the text before it runs: a defect that must be found. */
export async function javaScriptImage(
  device: JavaScriptDevice,
  change = (code: string) => code,
): Promise<JavaScriptImage> {
  const { program, capacities, firmware, mode, isMinified } = device;
  const list = exportedFunctions(program, firmware).map((name) => `${name}:${name}`);
  const port = `${firmware === "sensor" ? BOARD : ""}return{${list.join()}};`;
  const linked = await linkImage({
    program,
    port,
    portFile: "equivalence",
    capacities,
    firmware,
    scratchBytes: SCRATCH_BYTES,
    mode,
    isMinified,
    memory: "given",
  });
  const code = change(linked.code);
  const name = `${mode}${isMinified ? " minified" : ""} JavaScript`;
  const make = new Function("bytes", "board", code) as Make;
  return { name, linked, instantiate: (board) => subject(name, linked, make, board) };
}

type Make = (bytes: Uint8Array, board: object) => Readonly<Record<string, (...values: number[]) => unknown>>;

function subject(name: string, linked: Linked, make: Make, board: BoardAnswers): Subject {
  const { memoryBytes, scratchAt, device } = linked;
  const bytes = Buffer.from(new ArrayBuffer(memoryBytes));
  const writeIdentity = (at: number, capacity: number) => board.identity.copy(bytes, at, 0, capacity);
  const functions = make(new Uint8Array(bytes.buffer), { ...board, writeIdentity });
  const roomAt = scratchAt + INBOX_BYTES;
  const inbox = bytes.subarray(scratchAt, roomAt);
  const state = bytes.subarray(0, device.stateBytes);
  return {
    name,
    state,
    room: bytes.subarray(roomAt, scratchAt + SCRATCH_BYTES),
    call({ name: called, values, incoming }: Step): number {
      if (incoming !== undefined) bytes.set(incoming, Number(functions.receiveAddress?.()));
      const answer = functions[called]?.(...placeArguments(values, inbox, scratchAt, roomAt));
      if (answer === undefined) return 0;
      return answersAddress(called) ? Number(answer) : asWasm(answer);
    },
  };
}

/** A number beyond 2^31 comes from WebAssembly as a negative one, and a bool as 0 or 1. */
function asWasm(answer: unknown): number {
  return typeof answer === "number" && Number.isNaN(answer) ? answer : Number(answer) | 0;
}

export function exportedFunctions(program: Program, firmware: "client" | "sensor"): readonly string[] {
  const files =
    firmware === "sensor" ? ["assembly/index.ts", "firmware/sensor/index.ts"] : ["assembly/index.ts"];
  return program.units
    .filter(({ file }) => files.includes(file))
    .flatMap(({ exports }) =>
      [...exports].filter(([, { kind }]) => kind === "function").map(([name]) => name),
    );
}
