// `size`: the bytes of the built images, and of the client's block on every board. Measures; judges against budgets only.
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

interface Sizes {
  readonly images: readonly ImageSize[];
  readonly boards: readonly BlockSize[];
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

export const size: ParsedCommand = {
  kind: "parsed",
  description:
    "Prints the bytes of every built WebAssembly image, and of the client's block of memory on every board.\n" +
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
  return { images: imageSizes(build), boards };
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

function print(output: Output, { images, boards }: Sizes): void {
  output.say(output.paint.bold("images"));
  for (const { file, bytes } of images) output.say(row(file, bytes, ""));
  output.say(output.paint.bold("the client's block"));
  for (const block of boards) output.say(row(block.board, block.clientBytes, budget(block, output)));
}

function row(name: string, bytes: number, remark: string): string {
  return `  ${name.padEnd(20)} ${bytes.toLocaleString("en").padStart(9)} bytes${remark}`;
}

function budget(block: BlockSize, { paint }: Output): string {
  if (block.clientBytesMax === null) return "";
  const words = `of ${block.clientBytesMax.toLocaleString("en")}`;
  return fits(block) ? ` ${words}` : ` ${paint.red(`${words}: too large`)}`;
}
