// Which parts of the client an image has. What is left out here costs neither code nor memory; nothing else decides it.

/** MQTT 5 beside 3.1.1 and 3.1. */
export const MQTT5: bool = true;
