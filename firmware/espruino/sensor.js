// Owns what a sensor node does on a board while it runs: what it tells, what it switches, when it sleeps or starts anew. It
// knows neither sockets nor thermometers, and how a life begins is for start.js.

/** Between two looks at whether all is well. */
var WATCH_MS = 30000;
/** So many looks without a connection, and the board starts anew with all that it has: its WiFi may hang. */
var WATCHES_TO_RESTART = 120;
var GOODBYE_WAIT_MS = 5000;
/** What the broker has kept for a device that slept, it sends at once. */
var LINGER_MS = 500;
var SHORTEST_SLEEP_MS = 1000;
/** More than any back-off. */
var A_DAY_MS = 86400000;
var SETTINGS_FILE = "motekit.json";

var storage = require("Storage");
/** What a socket is opened with. */
var broker = null;
/** Pins' names, in the order of the outputs; with an exclamation mark, one that is on when it is low. */
var outputs = [];
var sleeps = false;
var isLeaving = false;
var wasAccepted = false;
var watchesWithout = 0;

/** The owner's name for this board, or its chip's with the end of its serial number. */
function writeIdentity(at, capacity) {
  var name = storage.readJSON(SETTINGS_FILE, true).name;
  name = (name || process.env.BOARD.toLowerCase().split("_")[0] + "-" + getSerial().substr(-6)).substr(
    0,
    capacity
  );
  bytes.set(name, at);
  return name.length;
}

/** False if there is no such output. */
function setOutput(output, isOn) {
  var name = outputs[output];
  if (!name) return false;
  var isInverted = name[0] == "!";
  digitalWrite(new Pin(isInverted ? name.substr(1) : name), isInverted ? !isOn : isOn);
  return true;
}

function sleepUntilDue() {
  nap(Math.max(SHORTEST_SLEEP_MS, Sensor.waitMs - ((now() - Sensor.waitSinceMs) | 0)));
}

function sayGoodbye() {
  isLeaving = false;
  if (Client.phase == Phase.Connected) sensorStop(GOODBYE_WAIT_MS, now());
  pump();
}

function onEvent(event) {
  var code = Client.eventCode;
  if (event == Event.Connected) {
    wasAccepted = true;
    watchesWithout = 0;
    tell("connected");
  } else if (event == Event.Refused) {
    var words = "version,client-id,unavailable,credentials,not-authorised".split(",");
    tell(
      "error broker-refused-" + (words[code - 1] || code) + " the broker answered, and refused the connection"
    );
  } else if (event == Event.SecondDevice) {
    tell("error second-device another one seems to use this name: the broker keeps closing");
  } else if (
    event == Event.Closed &&
    code != CloseReason.SessionCleared &&
    code != CloseReason.ForeignSession &&
    !(HAS_MQTT5 && code == CloseReason.OlderVersion)
  ) {
    var reason = ",goodbye,link,server,timeout,silent,refused".split(",")[code] || "protocol-" + code;
    if (HAS_MQTT5) if (code == CloseReason.ServerDisconnect) reason = "server-" + eventReason();
    if (socketError) reason += ": " + socketError;
    if (wasAccepted || code == CloseReason.Refused || code == CloseReason.Goodbye) tell("closed " + reason);
    else tell("error broker-unreachable " + broker.host + ":" + broker.port + " " + reason);
    wasAccepted = false;
    if (HAS_DEEP_SLEEP && sleeps && Client.phase == Phase.Idle) sleepUntilDue();
  }
  if (
    HAS_DEEP_SLEEP &&
    sleeps &&
    !isLeaving &&
    Client.phase == Phase.Connected &&
    Sensor.published + Sensor.dropped == Sensor.accepted &&
    !Sensor.noticeTicket
  ) {
    isLeaving = true;
    setTimeout(sayGoodbye, LINGER_MS);
  }
}

function watch() {
  if (E.kickWatchdog) E.kickWatchdog();
  if (Client.phase != Phase.Connected) {
    watchesWithout++;
    if (watchesWithout % WATCHES_TO_RESTART == 0) nap(0);
    if (wifi && !isOnline) joinWifi(false);
  }
  pump(); // an error may have cost it its timer
}

/** What an operation did that ran out of variables half-way, nobody knows. */
function onErrorFlags(flags) {
  if (flags.indexOf("MEMORY") < 0) return;
  tell("error memory the interpreter ran out of variables: it starts anew");
  E.reboot();
}
