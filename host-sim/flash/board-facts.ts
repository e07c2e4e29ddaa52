// Owns what a board's file says of the interpreter on it. Refuses to know any board.

/** The `espruino` of boards/*.json. */
export interface EspruinoFacts {
  /** What the interpreter's `process.env.BOARD` is there. */
  readonly reportsAs: readonly string[];
  readonly consoleBaud: number;
  readonly variables: number;
  readonly variableBytes: number;
  readonly storageBytes: number;
  /** The image speaks MQTT 5 beside 3.1.1 and 3.1. */
  readonly mqtt5: boolean;
  readonly budget: ImageBudget;
  /** Why the image is over the budget whatever is turned off; null where it fits. */
  readonly tooSmall: string | null;
  readonly interpreter: InterpreterFacts;
}

export interface ImageBudget {
  readonly imageBytes: number;
  /** For the image once it runs, its code in Storage. */
  readonly variables: number;
}

export interface InterpreterFacts {
  /** The name of Espruino's archive. */
  readonly download: string;
  /** As esptool calls it. */
  readonly chip: "esp8266" | "esp32" | "esp32c3" | "esp32s3";
  readonly baud: number;
  readonly flashMode: "qio" | "qout" | "dio" | "dout" | "keep";
  readonly flashFrequency: "20m" | "26m" | "40m" | "80m" | "keep";
  readonly flashSize: "512KB" | "1MB" | "2MB" | "2MB-c1" | "4MB" | "4MB-c1" | "8MB" | "16MB" | "keep";
  /** The archive's files. `address` is hexadecimal, `0x…`. */
  readonly parts: readonly { readonly address: string; readonly file: string }[];
  /** The one file that holds all parts, known by its size. */
  readonly wholeImage: { readonly address: string; readonly bytes: number } | null;
}

/** The `pins` of boards/*.json, all by the interpreter's names. */
export interface PinFacts {
  /** For each board that carries the chip: what is printed beside a pin, and its name. */
  readonly labels: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly analog: readonly string[];
  readonly led: { readonly pin: string; readonly onIsLow: boolean } | null;
  /** Pins that are not free, and by what. */
  readonly taken: Readonly<Record<string, string>>;
}
