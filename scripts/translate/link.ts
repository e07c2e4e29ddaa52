// Owns how an image and a port become one text: which of the client the port uses, what its names stand for, and that
// Espruino runs the whole. Knows nothing of what the port does.
import { dialectFaults } from "../../host-sim/espruino/dialect.ts";
import type { Declaration, Enumeration, Field, Program, Struct } from "../portable/model.ts";
import { describeRefusal } from "../portable/refusal.ts";
import { portableSources } from "../portable/sources.ts";
import { readSubset } from "../portable/subset.ts";
import { declarationsIn } from "../portable/walk.ts";
import { FEATURES_FILE, switchedOff } from "../source/features.ts";
import { CLIENT_ENTRY } from "./first-run.ts";
import { heatOf } from "./heat.ts";
import { writeExpression } from "./js/expressions.ts";
import { LocalNames } from "./js/local-names.ts";
import { minify } from "./js/minify.ts";
import { indexAt, viewOf } from "./js/views.ts";
import { writeImage } from "./js/write-image.ts";
import { declaredIn, namesIn, type PortName } from "./port-names.ts";
import { type DeviceImage, SENSOR_ENTRY, specialise } from "./specialise.ts";
import { type Arrangement, arrange } from "./tree/arrange.ts";
import { returnedBy } from "./tree/returns.ts";
import { nodesIn } from "./tree/sizes.ts";

export interface Link {
  readonly program: Program;
  /** JavaScript that names the image's functions, fields and numbers freely. */
  readonly port: string;
  /** For messages. */
  readonly portFile: string;
  /** As `init` takes them. */
  readonly capacities: readonly number[];
  readonly firmware: "client" | "sensor";
  /** Bytes behind the image's own that are the port's. */
  readonly scratchBytes: number;
  /** `check`: every result that leaves its type throws. */
  readonly mode: "plain" | "check";
  readonly isMinified: boolean;
  /** `given`: `bytes` comes from outside, for a host with memory of its own. */
  readonly memory: "own" | "given";
}

export interface Linked {
  readonly code: string;
  readonly device: DeviceImage;
  /** Of `bytes`. */
  readonly memoryBytes: number;
  readonly scratchAt: number;
}

/** Reads the checkout's portable sources without these features. Throws an Error with everything that the subset refuses. */
export function readPortable(root: string, without: readonly string[] = []): Program {
  const sources = portableSources(root).map((source) =>
    source.file === FEATURES_FILE ? { ...source, text: without.reduce(switchedOff, source.text) } : source,
  );
  const { program, refusals } = readSubset(sources);
  if (refusals.length > 0) throw new Error(refusals.map(describeRefusal).join("\n"));
  return program;
}

/** Throws an Error that names the place in the port for what cannot be linked, or is not run by Espruino. */
export async function linkImage(link: Link): Promise<Linked> {
  const names = namesIn(link.port, link.portFile);
  const entries = link.firmware === "sensor" ? [CLIENT_ENTRY, SENSOR_ENTRY] : [CLIENT_ENTRY];
  const wanted = new Set(names.filter(({ member }) => member === null).map(({ name }) => name));
  const heat = heatOf(link.program, link.firmware === "sensor" ? SENSOR_ENTRY : null);
  const device = specialise(link.program, {
    entries,
    wanted,
    capacities: link.capacities,
    isOptimised: true,
    heat,
  });
  const { image } = device;
  const scratchAt = align4(image.data.at + image.data.bytes.length);
  const memoryBytes = align4(scratchAt + link.scratchBytes);
  const numbers = { scratch: scratchAt, snapshotBytes: device.stateBytes, blockAt: device.blockAt };
  const arrangement = arrange(image, heat, device.init);
  const port = replaceNames(
    link,
    names,
    new Meaning(link.program, device, arrangement, new Map(Object.entries(numbers))),
  );
  const fresh = { init: device.init, at: device.blockAt, bytes: device.block };
  const isChecked = link.mode === "check";
  const memory = names.some(({ name }) => name === "bytesText") ? "shared" : link.memory;
  const text = writeImage({ image, memoryBytes, memory, isChecked, fresh, uses: port, arrangement });
  refuseTwice(link, text);
  const whole = `${text}${port}\n`;
  const code = link.isMinified ? await minify(whole) : whole;
  refuseUnrunnable(link, code);
  return { code, device, memoryBytes, scratchAt };
}

/** Whatever the port calls as the image does would take its place. */
function refuseTwice(link: Link, image: string): void {
  const taken = new Set(declaredIn(image, "the image").map(({ name }) => name));
  const twice = declaredIn(link.port, link.portFile).find(({ name }) => taken.has(name));
  if (twice === undefined) return;
  throw new Error(`${placeOf(link, twice.start)}: ${twice.name} is a name of the image already`);
}

/** The port first, where a fault has a line that somebody wrote. */
function refuseUnrunnable({ port, portFile }: Link, code: string): void {
  const faults = dialectFaults(port).map((fault) => `${portFile}:${fault}`);
  const all =
    faults.length > 0 ? faults : dialectFaults(code).map((fault) => `the image of ${portFile}:${fault}`);
  if (all.length > 0) throw new Error(`Espruino does not run this:\n${all.join("\n")}`);
}

function align4(bytes: number): number {
  return Math.ceil(bytes / 4) * 4;
}

// ── what the port's names stand for

/** The port's text with every field and number of the image in the place of its name. */
function replaceNames(link: Link, names: readonly PortName[], meaning: Meaning): string {
  let text = "";
  let end = 0;
  for (const name of [...names].sort((a, b) => a.start - b.start)) {
    const meant = meaning.of(name, () => placeOf(link, name.start));
    if (meant === null) continue;
    text += link.port.slice(end, name.start) + meant.text;
    end = meant.end;
  }
  return text + link.port.slice(end);
}

function placeOf({ port, portFile }: Link, offset: number): string {
  const before = port.slice(0, offset).split("\n");
  return `${portFile}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
}

/** So many nodes take an interpreter no longer than to call a function. */
const WORTH_LOOKING_UP = 12;

interface Meant {
  readonly text: string;
  /** So far it takes the place of what the port says. */
  readonly end: number;
}

class Meaning {
  readonly #owners = new Map<string, Enumeration | Struct>();
  readonly #device: DeviceImage;
  readonly #arrangement: Arrangement;
  readonly #numbers: ReadonlyMap<string, number>;

  constructor(
    program: Program,
    device: DeviceImage,
    arrangement: Arrangement,
    numbers: ReadonlyMap<string, number>,
  ) {
    this.#device = device;
    this.#arrangement = arrangement;
    this.#numbers = numbers;
    for (const declaration of declarationsIn(program)) {
      if (this.#isNameable(declaration)) this.#owners.set(declaration.name, declaration);
    }
  }

  /** Null for a name that stays as it is. */
  of(portName: PortName, place: () => string): Meant | null {
    const { name, end, member } = portName;
    if (member === null) {
      const number = this.#numbers.get(name);
      if (number !== undefined) return { text: String(number), end };
      return this.#answer(portName) ?? this.#shared(portName);
    }
    const text = this.#member(name, member, place);
    return text === null ? null : { text, end };
  }

  /** A function that only looks something up, and takes nothing, is what it would answer. */
  #answer({ name, call }: PortName): Meant | null {
    const { image, init } = this.#device;
    const callable = image.roots.get(name);
    const routine = callable === undefined || callable === init ? undefined : image.routines.get(callable);
    if (routine === undefined || routine.parameters.length > 0 || !call?.isEmpty) return null;
    const value = returnedBy(routine.body);
    if (value === null || nodesIn(value) > WORTH_LOOKING_UP) return null;
    const writing = { image, calls: this.#arrangement.calls, locals: new LocalNames([]), isChecked: false };
    return { text: `(${writeExpression(writing, value)})`, end: call.argumentsAt + 1 };
  }

  /** A function that shares one is called by its number; as a value it is a function of its own. */
  #shared({ name, end, call }: PortName): Meant | null {
    const callable = this.#device.image.roots.get(name);
    const called = callable === undefined ? undefined : this.#arrangement.calls.get(callable);
    if (callable === undefined || called === undefined || called.number === null) return null;
    const shared = `${called.name}(${called.number}`;
    if (call !== null) return { text: call.isEmpty ? shared : `${shared},`, end: call.argumentsAt };
    const given = this.#device.image.routines.get(callable)?.parameters.map(({ name }) => name) ?? [];
    return { text: `function(${given.join()}){return ${[shared, ...given].join()})}`, end };
  }

  #member(name: string, member: string, place: () => string): string | null {
    const owner = this.#owners.get(name);
    if (owner === undefined) return null;
    if (owner.kind === "enumeration") {
      const found = owner.members.find((each) => each.name === member);
      if (found !== undefined) return `(${found.value})`;
    } else {
      const found = owner.fields.find((each) => each.name === member);
      if (found !== undefined) return this.#field(owner, found);
    }
    throw new Error(`${place()}: ${name} has no ${member}`);
  }

  #isNameable(declaration: Declaration): declaration is Enumeration | Struct {
    if (declaration.kind === "enumeration") return declaration.exported;
    return declaration.kind === "struct" && this.#device.image.bases.has(declaration);
  }

  #field(struct: Struct, field: Field): string {
    const base = this.#device.image.bases.get(struct) ?? 0;
    return `${viewOf(field.type)}[${indexAt(base, field)}]`;
  }
}
