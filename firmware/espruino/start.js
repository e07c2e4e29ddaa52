// Owns how a life of the sensor node begins: from the settings in Storage, and from what the last life left. All of it is gone
// once it has run.

(function () {
  var INTERVAL_SECONDS = 60;
  var KEEP_ALIVE_SECONDS = 60;
  var LONGEST_BACKOFF_MS = 60000;
  var CONNECT_TIMEOUT_MS = 20000;
  var HARDWARE_WATCHDOG_SECONDS = 120;
  /** A sleeper that cannot get rid of its reading sleeps on it. */
  var LONGEST_AWAKE_MS = 30000;
  var NAME_BYTES = 23;
  var UNWRITTEN = 255;
  var NOTHING = -1;
  var ASLEEP = -2;

  /**
   * Takes up what the last life left, and marks it used before anything is sent: from a copy restored twice, messages would
   * leave under ids that the broker has seen. Answers for how many ms no reading was taken, NOTHING or ASLEEP.
   */
  function takeSnapshot() {
    var saved = storage.readArrayBuffer(SNAPSHOT_FILE);
    if (!saved) return NOTHING;
    saved = new Uint8Array(saved);
    var marksAt = snapshotBytes + FIGURES_BYTES;
    var sleeps = saved[marksAt - 1];
    var begun = 0;
    if (saved.length != marksAt + sleeps) return NOTHING;
    var figures = new Int32Array(new Uint8Array(saved.subarray(snapshotBytes, marksAt - 1)).buffer);
    while (begun < sleeps && saved[marksAt + begun] != UNWRITTEN) begun++;
    if (HAS_DEEP_SLEEP && figures[0] && begun < sleeps) {
      storage.write(SNAPSHOT_FILE, "\0", marksAt + begun, saved.length);
      deepSleep(figures[0]);
      return ASLEEP;
    }
    bytes.set(saved.subarray(0, snapshotBytes));
    storage.erase(SNAPSHOT_FILE);
    return figures[0] * sleeps + figures[1];
  }

  /** A text of the settings, as the client keeps it: a handle, or the Status that refuses it. */
  function keep(text, isString) {
    if (text.length > CHUNK_BYTES) return Status.TextBytesFull;
    bytes.set(text, scratch);
    return isString ? prepareString(scratch, text.length) : prepareBytes(scratch, text.length);
  }

  /** A fresh device. Answers the first Status that refuses what is set. */
  function prepareDevice(settings) {
    var interval = settings.interval || INTERVAL_SECONDS;
    var status = sensorInit(settings.qos === undefined ? 1 : settings.qos, interval * 1000);
    if (status >= 0) status = setClean(false);
    if (status >= 0) status = setKeepAlive(settings.keepAlive || KEEP_ALIVE_SECONDS);
    if (status >= 0) status = setReconnect(true, 1000, LONGEST_BACKOFF_MS, CONNECT_TIMEOUT_MS);
    if (status < 0) return status;
    var asleep = settings.sleep ? keep("asleep", false) : 0;
    // without room for it, a sleeper says what it has room for: offline
    if (asleep > 0) setStatusTopic(Client.statusTopic, asleep);
    if (!settings.broker.username) return status;
    var user = keep(settings.broker.username, true);
    var password = settings.broker.password ? keep(settings.broker.password, false) : 0;
    return user < 0 ? user : password < 0 ? password : setCredentials(user, password);
  }

  /** Never in the clear where the owner asked for TLS. */
  function canDoTls() {
    if (HAS_TLS) {
      try {
        require("tls");
        tell("tls encrypts, but Espruino does not check who the broker is");
        return true;
      } catch (_e) {
        // told below
      }
    }
    tell("error tls-not-on-this-board use a broker that does without, or another board");
    return false;
  }

  /** The passwords stay in Storage. False when there is nothing to run with: then it was told why. */
  function takeBroker(wanted) {
    if (!wanted || !wanted.host) {
      tell("error settings-refused broker.host is not set");
      return false;
    }
    broker = { host: wanted.host, port: wanted.port || (wanted.tls ? 8883 : 1883) };
    if (!wanted.tls) return true;
    broker.tls = true;
    if (HAS_TLS && wanted.cert) {
      broker.cert = atob(wanted.cert);
      broker.key = atob(wanted.key);
    }
    return canDoTls();
  }

  /** Throws what Espruino throws for a driver that is not in Storage, or a sensor that is not there. */
  function openThermometer(wanted) {
    var pin = wanted.pin && new Pin(wanted.pin);
    kind = wanted.kind;
    if (kind == "dht22") {
      thermometer = require("DHT22").connect(pin);
    } else if (kind == "ds18b20") {
      thermometer = require("DS18B20").connect(new OneWire(pin));
    } else if (kind == "bme280") {
      var bus = new I2C();
      bus.setup({ scl: new Pin(wanted.scl), sda: new Pin(wanted.sda) });
      thermometer = require("BME280").connect(bus);
    } else {
      thermometer = { pin: pin, scale: wanted.scale || 100, offset: wanted.offset || 0 };
    }
    isSlow = kind == "dht22" || kind == "ds18b20";
    if (isSlow) convert();
  }

  /** Without a thermometer the device goes on and says so: its status and its commands may be what is wanted. */
  function startThermometer(wanted) {
    try {
      openThermometer(wanted);
    } catch (e) {
      tell("error sensor-refused " + wanted.kind + ": " + e.message);
      kind = "";
      isSlow = false;
    }
  }

  function startWifi() {
    try {
      wifi = require("Wifi");
    } catch (_e) {
      tell("error wifi-no-module this interpreter has no WiFi of its own");
      return false;
    }
    isOnline = false;
    wifi.on("associated", onAssociated);
    wifi.on("connected", onWifiConnected);
    wifi.on("disconnected", onWifiDisconnected);
    wifi.on("dhcp_timeout", onAddressTimeout);
    joinWifi(true);
    return true;
  }

  var settings = storage.readJSON(SETTINGS_FILE, true);
  if (!settings) {
    tell("error settings-missing " + SETTINGS_FILE + " is not in Storage, or is not JSON");
    return;
  }
  if (!takeBroker(settings.broker)) return;
  if (settings.sleep && !HAS_DEEP_SLEEP) {
    tell("error settings-refused sleep: this board cannot wake itself");
    return;
  }
  outputs = settings.outputs || outputs;
  sleeps = !!settings.sleep;
  var missedMs = takeSnapshot();
  if (missedMs == ASLEEP) return;
  var status = missedMs == NOTHING ? prepareDevice(settings) : sensorRestore(missedMs, now());
  if (status < 0) {
    var isFull = status == Status.TextBytesFull;
    var why = isFull ? "name, username and password together are too long" : "the client answered " + status;
    tell("error settings-refused " + why);
    return;
  }
  tell("start " + bytesText.substr(scratch, writeIdentity(scratch, NAME_BYTES)));
  if (settings.sensor) startThermometer(settings.sensor);
  if (settings.wifi && !startWifi()) return;
  E.on("errorFlag", onErrorFlags);
  if (E.enableWatchdog) E.enableWatchdog(HARDWARE_WATCHDOG_SECONDS, false);
  setInterval(watch, WATCH_MS);
  if (HAS_DEEP_SLEEP && sleeps) setTimeout(sleepUntilDue, LONGEST_AWAKE_MS);
  setTimeout(
    function () {
      if (Client.phase == Phase.Idle) sensorStart(now());
      pump();
    },
    isSlow ? CONVERSION_MS : 0
  );
})();
