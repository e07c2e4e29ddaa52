// Owns the thermometer and its result in thousandths of a degree. A reading must not wait, so a slow conversion is begun
// before the reading is due.

var NO_READING = -2147483648;
/** What the slowest thermometer takes, a DHT22 with two more tries. */
var CONVERSION_MS = 2500;
/** What a DS18B20 answers that was never asked to convert. */
var POWER_ON_CELSIUS = 85;

var kind = "";
/** The driver; for a pin that is measured, the pin and its line. */
var thermometer = null;
var isSlow = false;
var lastReading = NO_READING;

/** `answer` is a number, or null, or a DHT22's object. */
function keepReading(answer) {
  var celsius = answer && answer.raw ? (answer.err ? null : answer.temp) : answer;
  var isReading = typeof celsius == "number" && celsius > -274 && celsius < 2e6;
  if (kind == "ds18b20" && celsius == POWER_ON_CELSIUS) isReading = false;
  lastReading = isReading ? Math.round(celsius * 1000) : NO_READING;
}

function convert() {
  if (kind == "dht22") thermometer.read(keepReading, 3);
  else if (kind == "ds18b20") thermometer.getTemp(keepReading);
  else if (kind == "bme280") keepReading(thermometer.getData().temp);
  else if (kind == "internal") keepReading(E.getTemperature());
  else if (kind == "adc") keepReading(analogRead(thermometer.pin) * thermometer.scale + thermometer.offset);
}

/** A result is used once: a thermometer that has fallen silent must not repeat itself. */
function sampleThousandths(_channel) {
  try {
    // by now the firmware has decided when the next reading is due
    if (isSlow) setTimeout(convert, Math.max(0, Sensor.waitMs - CONVERSION_MS));
    else convert();
  } catch (_e) {
    lastReading = NO_READING;
  }
  var reading = lastReading;
  lastReading = NO_READING;
  return reading;
}
