// Owns that several calls to a client count as one. Knows nothing of what they do.
import { SettingRefused } from "../../client/block-settings.ts";
import type { Core } from "../../device/core.ts";
import { Status } from "../../device/layout.generated.ts";

/**
 * What `calls` answers. When that is a refusal, or when they throw, the block is as it was: a copy of the block is a copy of the
 * client.
 */
export function attempt(core: Core, block: number, blockBytes: number, calls: () => number): number {
  const copy = Buffer.from(core.bytes.subarray(block, block + blockBytes));
  let status: number = Status.WrongPhase;
  try {
    status = statusOf(calls);
  } finally {
    if (status < 0) core.bytes.set(copy, block);
  }
  return status;
}

function statusOf(calls: () => number): number {
  try {
    return calls();
  } catch (error) {
    if (error instanceof SettingRefused) return error.status;
    throw error;
  }
}
