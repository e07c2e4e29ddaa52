// Owns how a thread comes to read TypeScript: what the main thread was started with does not reach it on Node 20.
import { register } from "tsx/esm/api";

register();
await import("./worker.ts");
