// Owns the snapshot: all that the device is, written to Storage before a deep sleep or a planned restart, for the next life to
// take up. It decides neither when nor why.
//
//   0 ─ the device's bytes ─ ms of one sleep (4) ─ ms since the last reading (4) ─ sleeps (1) ─ one byte a sleep that began ─ end
//
// What was not written yet reads 255. The number of sleeps is written last: a snapshot that was cut short has none.

var SNAPSHOT_FILE = "motekit.nap";
/** A deep sleep ends after so long at most: Espruino takes its microseconds in 31 bits. A longer one becomes several. */
var LONGEST_SLEEP_MS = 2100000;
var PIECE_BYTES = 256;
var FIGURES_BYTES = 9;

/** Does not come back, though a chip may run on for a moment. */
function deepSleep(sleepMs) {
  tell("sleep " + Math.round(sleepMs / 1000));
  if (typeof ESP8266 == "undefined") ESP32.deepSleep(sleepMs * 1000);
  else ESP8266.deepSleep(sleepMs * 1000, 0);
}

/** Sleeps so long, or with 0 restarts, and remembers all; if it cannot be written, it is forgotten. */
function nap(durationMs) {
  var sleeps = Math.ceil(durationMs / LONGEST_SLEEP_MS) || 1;
  var sleepMs = Math.ceil(durationMs / sleeps);
  var sinceMs = (now() - Sensor.waitSinceMs) | 0;
  var sizeBytes = snapshotBytes + FIGURES_BYTES + sleeps;
  var isWritten = true;
  storage.erase(SNAPSHOT_FILE);
  // in pieces: a whole copy may not fit beside the device
  for (var at = 0; isWritten && at < snapshotBytes; at += PIECE_BYTES) {
    var piece = bytesText.substr(at, Math.min(PIECE_BYTES, snapshotBytes - at));
    isWritten = storage.write(SNAPSHOT_FILE, piece, at, sizeBytes);
  }
  if (isWritten) {
    var figures = E.toString(new Uint8Array(new Int32Array([sleepMs, sinceMs]).buffer));
    storage.write(SNAPSHOT_FILE, figures, snapshotBytes, sizeBytes);
    storage.write(SNAPSHOT_FILE, E.toString([sleeps]), snapshotBytes + FIGURES_BYTES - 1, sizeBytes);
    if (HAS_DEEP_SLEEP && sleepMs)
      storage.write(SNAPSHOT_FILE, "\0", snapshotBytes + FIGURES_BYTES, sizeBytes);
  }
  if (HAS_DEEP_SLEEP && sleepMs) deepSleep(sleepMs);
  else E.reboot();
}
