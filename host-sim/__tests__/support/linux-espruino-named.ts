// Owns how tests know of an Espruino for Linux: by the variable ESPRUINO. Knows nothing of what they do with it.

/** The program, or null where there is none. */
export const ESPRUINO = process.env.ESPRUINO || null;

/** To be given to `skip`. */
export const withoutEspruino = ESPRUINO === null && "ESPRUINO names no Linux Espruino";
