// Owns how `pub` and `sub` get motekit's own client, and whose fault it is when they do not. Knows no options of theirs.
import { connect as connectClient } from "../../client/connect.ts";
import { OptionError } from "../../client/errors.ts";
import { BrokerUrlError } from "../../net/broker-url.ts";
import { TlsSettingsError } from "../../net/tls.ts";
import { usageFailure } from "../failure.ts";
import { withImage } from "../image.ts";
import type { Connect } from "./client.ts";

/** Throws a usage `Failure` for what the client refuses before it connects. */
export const connect: Connect = (url, options) => {
  try {
    return withImage(() => connectClient(url, options));
  } catch (error) {
    if (
      error instanceof OptionError ||
      error instanceof BrokerUrlError ||
      error instanceof TlsSettingsError
    ) {
      throw usageFailure(`the connection cannot be made as asked: ${error.message}`, "Accepted: see --help");
    }
    throw error;
  }
};
