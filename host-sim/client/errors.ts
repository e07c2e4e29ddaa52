// Owns the errors a caller of the Node client may meet. Knows no words for what went wrong.

/** `code` is for programs and stays the same, such as `session-lost`; the message is for people. */
export class MqttError extends Error {
  override readonly name = "MqttError";
  readonly code: string;
  /** Of a CONNACK that refused. */
  readonly returnCode: number | undefined;

  constructor(code: string, message: string, returnCode?: number) {
    super(message);
    this.code = code;
    this.returnCode = returnCode;
  }
}

/** An option is unknown, of the wrong type or out of range: nothing was done. The message says what is accepted. */
export class OptionError extends Error {
  override readonly name = "OptionError";
}
