// Owns how a Node client's block comes to be, and that none is left behind when its settings are refused.

import { type Core, capacityList } from "../device/core.ts";
import { applySettings, SettingRefused } from "./block-settings.ts";
import { OptionError } from "./errors.ts";
import type { ClientSettings } from "./settings.ts";
import { statusSentence } from "./words.ts";

export interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** A block that has begun to connect. Throws an `OptionError` when the settings do not fit together. */
export function createBlock(core: Core, settings: ClientSettings, nowMs: number): Block {
  const capacities = capacityList(settings.capacities);
  const bytes = core.exports.blockBytes(...capacities);
  if (bytes < 0) throw new OptionError(`capacities: ${statusSentence(bytes)}`);
  const address = core.allocate(bytes);
  try {
    core.exports.init(address, ...capacities);
    core.exports.setTakesParts(address, 1);
    applySettings(core, address, settings.block);
    const status = core.exports.connect(address, nowMs);
    if (status < 0) throw new OptionError(statusSentence(status));
    return { address, bytes };
  } catch (error) {
    core.free(address, bytes);
    if (!(error instanceof SettingRefused)) throw error;
    throw new OptionError(`the ${error.setting} cannot be used: ${statusSentence(error.status)}`);
  }
}
