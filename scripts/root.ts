// Owns where the checkout lies. Every script takes its paths from here, never from the folder it was called in.
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");
