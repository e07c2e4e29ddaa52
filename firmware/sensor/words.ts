// Every text of the firmware, as bytes that end in 0: the portable subset has no strings. What they are for is the business
// of whoever writes them.

// ── Levels of the topics. The board's name stands between the root and the others.

/** `motekit/` */
export const ROOT_LEVEL: usize = memory.data<u8>([109, 111, 116, 101, 107, 105, 116, 47, 0]);

/** `/status` */
export const STATUS_LEVEL: usize = memory.data<u8>([47, 115, 116, 97, 116, 117, 115, 0]);

/** `/reading` */
export const READING_LEVEL: usize = memory.data<u8>([47, 114, 101, 97, 100, 105, 110, 103, 0]);

/** `/command` */
export const COMMAND_LEVEL: usize = memory.data<u8>([47, 99, 111, 109, 109, 97, 110, 100, 0]);

/** `/error` */
export const ERROR_LEVEL: usize = memory.data<u8>([47, 101, 114, 114, 111, 114, 0]);

// ── The retained status.

/** `online` */
export const ONLINE: usize = memory.data<u8>([111, 110, 108, 105, 110, 101, 0]);

/** `offline` */
export const OFFLINE: usize = memory.data<u8>([111, 102, 102, 108, 105, 110, 101, 0]);

// ── A reading, around its two numbers.

/** `{"seq":` */
export const READING_SEQ: usize = memory.data<u8>([123, 34, 115, 101, 113, 34, 58, 0]);

/** `,"celsius":` */
export const READING_CELSIUS: usize = memory.data<u8>([44, 34, 99, 101, 108, 115, 105, 117, 115, 34, 58, 0]);

/** `null` */
export const READING_NONE: usize = memory.data<u8>([110, 117, 108, 108, 0]);

/** `}` */
export const READING_END: usize = memory.data<u8>([125, 0]);

// ── Commands. Letters alone, in lower case: so are they compared.

/** `interval` */
export const INTERVAL: usize = memory.data<u8>([105, 110, 116, 101, 114, 118, 97, 108, 0]);

/** `output` */
export const OUTPUT: usize = memory.data<u8>([111, 117, 116, 112, 117, 116, 0]);

/** `on` */
export const ON: usize = memory.data<u8>([111, 110, 0]);

/** `off` */
export const OFF: usize = memory.data<u8>([111, 102, 102, 0]);

// ── What is wrong with a command, and what would be right.

/** `unknown command` */
export const UNKNOWN_COMMAND: usize = memory.data<u8>([
  117, 110, 107, 110, 111, 119, 110, 32, 99, 111, 109, 109, 97, 110, 100, 0,
]);

/** `wrong interval` */
export const WRONG_INTERVAL: usize = memory.data<u8>([
  119, 114, 111, 110, 103, 32, 105, 110, 116, 101, 114, 118, 97, 108, 0,
]);

/** `wrong output` */
export const WRONG_OUTPUT: usize = memory.data<u8>([
  119, 114, 111, 110, 103, 32, 111, 117, 116, 112, 117, 116, 0,
]);

/** `this board has no such output` */
export const NO_SUCH_OUTPUT: usize = memory.data<u8>([
  116, 104, 105, 115, 32, 98, 111, 97, 114, 100, 32, 104, 97, 115, 32, 110, 111, 32, 115, 117, 99, 104, 32,
  111, 117, 116, 112, 117, 116, 0,
]);

/** `command too long` */
export const COMMAND_TOO_LONG: usize = memory.data<u8>([
  99, 111, 109, 109, 97, 110, 100, 32, 116, 111, 111, 32, 108, 111, 110, 103, 0,
]);

/** `; accepted: "interval SECONDS" (1-86400), "output 0-3 on|off"` */
export const ACCEPTED: usize = memory.data<u8>([
  59, 32, 97, 99, 99, 101, 112, 116, 101, 100, 58, 32, 34, 105, 110, 116, 101, 114, 118, 97, 108, 32, 83, 69,
  67, 79, 78, 68, 83, 34, 32, 40, 49, 45, 56, 54, 52, 48, 48, 41, 44, 32, 34, 111, 117, 116, 112, 117, 116,
  32, 48, 45, 51, 32, 111, 110, 124, 111, 102, 102, 34, 0,
]);

// ── Behind the number of readings that found no room.

/** ` reading dropped: outbox full` */
export const READING_DROPPED: usize = memory.data<u8>([
  32, 114, 101, 97, 100, 105, 110, 103, 32, 100, 114, 111, 112, 112, 101, 100, 58, 32, 111, 117, 116, 98, 111,
  120, 32, 102, 117, 108, 108, 0,
]);

/** ` readings dropped: outbox full` */
export const READINGS_DROPPED: usize = memory.data<u8>([
  32, 114, 101, 97, 100, 105, 110, 103, 115, 32, 100, 114, 111, 112, 112, 101, 100, 58, 32, 111, 117, 116, 98,
  111, 120, 32, 102, 117, 108, 108, 0,
]);
