// `size`: the bytes of the built images, of the client's block on every board, and what each feature adds to both. Measures;
// judges against budgets only.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Board, boardNames, loadBoard } from "../board.ts";
import type { ParsedCommand } from "../command.ts";
import { EXIT, type Failure, missingFailure, usageFailure } from "../failure.ts";
import { createOutput, type Output } from "../output.ts";

interface ImageSize {
  readonly file: string;
  readonly bytes: number;
}

interface BlockSize {
  readonly board: string;
  readonly clientBytes: number;
  readonly clientBytesMax: number | null;
}

/** What the client's image and its block would not have without it. */
interface FeatureCost {
  readonly feature: string;
  readonly codeBytes: number;
  readonly blockBytes: number;
}

interface Sizes {
  readonly images: readonly ImageSize[];
  readonly boards: readonly BlockSize[];
  readonly features: readonly FeatureCost[];
}

/** What the client's image says about itself. */
interface ClientExports {
  /** Bytes of a block with these capacities, or a negative status; touches no memory. */
  readonly blockBytes: (
    receiveBytes: number,
    outboxBytes: number,
    entries: number,
    window: number,
    inboundIds: number,
    texts: number,
    textBytes: number,
    filters: number,
  ) => number;
}

const CLIENT_IMAGE = "motekit.wasm";
const IMAGE_WITHOUT = /^motekit-without-(\w+)\.wasm$/;
/** The smallest that a client takes: a feature's share of the block does not depend on them. */
const LEAST_CAPACITIES = [64, 1, 1, 1, 1, 1, 1, 0] as const;

export const size: ParsedCommand = {
  kind: "parsed",
  description:
    "Prints the bytes of every built WebAssembly image, of the client's block of memory on every board, and what\n" +
    "each feature adds to both.\n" +
    "Exits 1 when a block is larger than its board's budget.",
  examples: ["npx motekit size", "npx motekit size --json"],
  define(command) {
    command.option("--json", "print one JSON document");
  },
  async run(context, options: { readonly json?: boolean }) {
    const output = createOutput(context, { json: options.json === true });
    const sizes = measure(context.root);
    if (options.json === true) output.json(sizes);
    else print(output, sizes);
    return sizes.boards.every(fits) ? EXIT.done : EXIT.broken;
  },
};

function measure(root: string): Sizes {
  const build = join(root, "build");
  if (!existsSync(join(build, CLIENT_IMAGE))) {
    throw missingFailure(`build/${CLIENT_IMAGE} is not built yet`, `Run \`npm run build\` in ${root}`);
  }
  const { blockBytes } = clientExports(join(build, CLIENT_IMAGE));
  const folder = join(root, "boards");
  const boards = boardNames(folder).map((name) => blockSize(loadBoard(folder, name), blockBytes));
  return { images: imageSizes(build), boards, features: featureCosts(build) };
}

/** Of each feature without which there is an image of the client too. */
function featureCosts(build: string): readonly FeatureCost[] {
  const whole = join(build, CLIENT_IMAGE);
  return readdirSync(build).flatMap((file) => {
    const feature = IMAGE_WITHOUT.exec(file)?.[1];
    if (feature === undefined) return [];
    const lesser = join(build, file);
    const codeBytes = readFileSync(whole).length - readFileSync(lesser).length;
    return [{ feature, codeBytes, blockBytes: leastBlock(whole) - leastBlock(lesser) }];
  });
}

function leastBlock(image: string): number {
  return clientExports(image).blockBytes(...LEAST_CAPACITIES);
}

function imageSizes(build: string): readonly ImageSize[] {
  return readdirSync(build)
    .filter((file) => file.endsWith(".wasm"))
    .sort()
    .map((file) => ({ file: `build/${file}`, bytes: readFileSync(join(build, file)).length }));
}

function clientExports(image: string): ClientExports {
  const module = new WebAssembly.Module(readFileSync(image));
  return new WebAssembly.Instance(module).exports as unknown as ClientExports;
}

function blockSize(board: Board, blockBytes: ClientExports["blockBytes"]): BlockSize {
  const { receiveBytes, outboxBytes, entries, window, inboundIds, texts, textBytes, filters } =
    board.capacities;
  const clientBytes = blockBytes(
    receiveBytes,
    outboxBytes,
    entries,
    window,
    inboundIds,
    texts,
    textBytes,
    filters,
  );
  if (clientBytes < 0) throw impossible(board.name, clientBytes);
  return { board: board.name, clientBytes, clientBytesMax: board.memory.clientBytesMax };
}

function impossible(board: string, status: number): Failure {
  return usageFailure(
    `the client refuses the capacities of ${board}, with status ${status}`,
    `Accepted: capacities in boards/${board}.json within the client's own limits`,
  );
}

function fits({ clientBytes, clientBytesMax }: BlockSize): boolean {
  return clientBytesMax === null || clientBytes <= clientBytesMax;
}

function print(output: Output, { images, boards, features }: Sizes): void {
  output.say(output.paint.bold("images"));
  for (const { file, bytes } of images) output.say(row(file, bytes, ""));
  output.say(output.paint.bold("the client's block"));
  for (const block of boards) output.say(row(block.board, block.clientBytes, budget(block, output)));
  if (features.length > 0) output.say(output.paint.bold("what a feature costs"));
  for (const { feature, codeBytes, blockBytes } of features)
    output.say(row(feature, codeBytes, `, and ${blockBytes} of every block`));
}

function row(name: string, bytes: number, remark: string): string {
  return `  ${name.padEnd(36)} ${bytes.toLocaleString("en").padStart(9)} bytes${remark}`;
}

function budget(block: BlockSize, { paint }: Output): string {
  if (block.clientBytesMax === null) return "";
  const words = `of ${block.clientBytesMax.toLocaleString("en")}`;
  return fits(block) ? ` ${words}` : ` ${paint.red(`${words}: too large`)}`;
}
