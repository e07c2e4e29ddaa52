// Owns the properties of MQTT 5 as a program of one's own has them: one object, with MQTT.js's names. It knows no packet, and
// leaves to the client what may stand where.

/** Their texts lie where payloads do; encoded they lie behind them, where a packet goes that is written straight to the socket. */
var PROPERTIES_BYTES = 268;
var MQTT5_USER_PROPERTY = 38;
/** Of a message, by id. What names none has no property here. */
var propertyNames = {
  1: "payloadFormatIndicator",
  2: "messageExpiryInterval",
  3: "contentType",
  8: "responseTopic",
  9: "correlationData",
  11: "subscriptionIdentifier",
};

/** Encodes them at scratch + PAYLOAD_BYTES. Answers their bytes, or the Status that refuses one. */
function writeProperties(properties) {
  var end = 0;
  function took(bytes) {
    if (bytes < 0 || end < 0) end = bytes < 0 ? bytes : end;
    else end += bytes;
  }
  function next() {
    return scratch + PAYLOAD_BYTES + Math.max(end, 0);
  }
  for (var id in propertyNames) {
    var value = properties[propertyNames[id]];
    if (value === undefined) continue;
    if (typeof value == "string")
      took(writeBytes(next(), PROPERTIES_BYTES - end, id | 0, scratch, put(value)));
    else took(writeNumber(next(), PROPERTIES_BYTES - end, id | 0, value | 0));
  }
  for (var name in properties.userProperties || {}) {
    [].concat(properties.userProperties[name]).forEach(function (text) {
      var length = put(name + text);
      took(
        writePair(
          next(),
          PROPERTIES_BYTES - end,
          scratch,
          name.length,
          scratch + name.length,
          length - name.length
        )
      );
    });
  }
  return end;
}

/** Those of the message that is being told; undefined if it has none. */
function readProperties() {
  var at = nextProperty(0);
  if (!at) return undefined;
  var all = {};
  while (at) {
    var id = bytes[at];
    var end = at + propertyLength(at);
    if (id == MQTT5_USER_PROPERTY) addUserProperty(all, at);
    else if (propertyNames[id]) all[propertyNames[id]] = propertyValue(id, at + 1, end);
    at = nextProperty(at);
  }
  return all;
}

/** As MQTT.js has them: a name that comes more than once has an array. */
function addUserProperty(all, at) {
  var nameLength = (bytes[at + 1] << 8) | bytes[at + 2];
  var valueAt = at + 3 + nameLength;
  var name = bytesText.substr(at + 3, nameLength);
  var value = bytesText.substr(valueAt + 2, (bytes[valueAt] << 8) | bytes[valueAt + 1]);
  var known = (all.userProperties = all.userProperties || {})[name];
  all.userProperties[name] = known === undefined ? value : [].concat(known, value);
}

/** A text or bytes behind their length; else a number, of which a variable byte integer has its lowest bits first. */
function propertyValue(id, at, end) {
  if (id == 3 || id == 8 || id == 9) return bytesText.substr(at + 2, end - at - 2);
  var value = 0;
  var i;
  if (id == 11) for (i = end - 1; i >= at; i--) value = value * 128 + (bytes[i] & 127);
  else for (i = at; i < end; i++) value = value * 256 + bytes[i];
  return value;
}

/** As `publish` of a client does. Before 5 they are not sent; a message expiry counts all the same. */
function publishWithProperties(topic, payload, flags, properties) {
  var propertiesAt = scratch + PAYLOAD_BYTES;
  var encoded = writeProperties(properties);
  if (encoded < 0) return encoded;
  var topicLength = put(topic);
  var handle = topics[topic];
  if (!handle) {
    handle = Math.max(prepareTopic(scratch, topicLength), 0); // without one it is judged where it is
    if (handle) topics[topic] = handle;
  }
  if (topicLength + payload.length > PAYLOAD_BYTES) {
    return numbered(
      publishPartsWith(handle, scratch, topicLength, propertiesAt, encoded, payload.length, flags, now()),
      payload
    );
  }
  bytes.set(payload, scratch + topicLength);
  return numbered(
    publishWith(
      handle,
      scratch,
      topicLength,
      propertiesAt,
      encoded,
      scratch + topicLength,
      payload.length,
      flags,
      now()
    )
  );
}
