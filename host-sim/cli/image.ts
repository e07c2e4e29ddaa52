// What a command says when the laptop's image was not built. Knows no command.
import { ImageMissing } from "../device/core.ts";
import { missingFailure } from "./failure.ts";

/** What `work` answers. Throws a missing `Failure` if it finds no image. */
export function withImage<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof ImageMissing)) throw error;
    throw missingFailure(error.message, "Run `npm run build` in motekit's folder");
  }
}
