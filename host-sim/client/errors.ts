// Owns the errors a caller of the Node client may meet. Knows no words for what went wrong.

import type { Properties } from "./properties/table.ts";

interface BrokersWord {
  /** Of a CONNACK that refused. */
  readonly returnCode?: number;
  /** Of MQTT 5: CONNACK, DISCONNECT or an acknowledgement, with what came with it. */
  readonly reasonCode?: number;
  readonly properties?: Properties;
}

/** `code` is for programs and stays the same, such as `session-lost`; the message is for people. */
export class MqttError extends Error {
  override readonly name = "MqttError";
  readonly code: string;
  readonly returnCode: number | undefined;
  readonly reasonCode: number | undefined;
  readonly properties: Properties | undefined;

  constructor(code: string, message: string, { returnCode, reasonCode, properties }: BrokersWord = {}) {
    super(message);
    this.code = code;
    this.returnCode = returnCode;
    this.reasonCode = reasonCode;
    this.properties = properties;
  }
}

/** An option is unknown, of the wrong type or out of range: nothing was done. The message says what is accepted. */
export class OptionError extends Error {
  override readonly name: string = "OptionError";
}

/** The same of a property of MQTT 5. */
export class PropertyError extends OptionError {
  override readonly name = "PropertyError";
}
