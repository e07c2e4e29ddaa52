// Owns what `require("motekit")` gives a program of one's own: options, calls and events over the one client of this module.
// How bytes move is the loop's business.

var RETAIN = 4;
var QOS_MASK = 3;
/** A longer payload is asked for in parts while it is sent. Behind it lies a packet that goes straight to the socket. */
var PAYLOAD_BYTES = 300;
var GOODBYE_WAIT_MS = 5000;
var CONNECT_TIMEOUT_MS = 20000;

/** The program's; null until it makes one. */
var client = null;
var broker = null;
/** Handles of topics, by name: publishing to one that has a handle checks nothing again. */
var topics = {};
/** Names of filters, by handle. */
var filters = [];
/** Numbers of the messages under way, by ticket: a ticket is given out again at once. */
var numbers = new Uint32Array(Client.entryCapacity);
/** Payloads that are asked for in parts, by ticket. */
var sources = {};
var lastNumber = 0;
/** A listener for messages runs, and what it asks for waits until it is done. */
var isTelling = false;
var hasAsked = false;
/** What stood between fixed header and payload of the message that `onChunk` told last, and the topic in it: the next is often on it. */
var front = "";
var frontLength = 0;
var lastTopic = "";

/** Puts a text where the client takes it from. Answers its length. */
function put(text) {
  if (text.length > PAYLOAD_BYTES) throw new Error("motekit: longer than " + PAYLOAD_BYTES + " bytes");
  bytes.set(text, scratch);
  return text.length;
}

/**
 * Calls the listeners for messages, from this one on, at once: what one chunk may hold, queued as Espruino's `emit` queues it, would
 * fill a chip's memory. An error of theirs is told like any other, and is not the loop's.
 */
function tellMessage(topic, payload, packet, index) {
  var listeners = client["#onmessage"];
  if (listeners && listeners.call) listeners = [listeners];
  if (!listeners || !listeners[index]) return;
  isTelling = true;
  try {
    listeners[index].call(client, topic, payload, packet);
  } catch (e) {
    throwLater(e);
  }
  isTelling = false;
  if (++index < listeners.length) tellMessage(topic, payload, packet, index);
}

function throwLater(error) {
  setTimeout(function () {
    throw error;
  }, 0);
}

/** Tells the messages at QoS 0 with which a chunk begins, without a turn of the loop, which takes the rest. */
function onChunk(chunk) {
  do {
    var length = chunk.length;
    if (this != socket || held || length > Client.receiveCapacity - Client.receiveEnd) break;
    bytes.set(chunk, receiveAddress());
    var known = chunk.substr(2, frontLength) == front ? frontLength : 0;
    length = readNow(length, known, now());
    if (!length) break;
    if (!known) {
      frontLength = Client.eventTopicLength + 2;
      front = chunk.substr(2, frontLength);
      lastTopic = front.substr(2);
    }
    tellMessage(
      lastTopic,
      bytesText.substr(Client.eventPayloadAt, Client.eventPayloadLength),
      { qos: 0, retain: !!Client.eventRetain, dup: false },
      0
    );
    if (hasAsked) act();
    chunk = chunk.substr(length);
  } while (chunk);
  if (chunk) onData.call(this, chunk);
}

/** Does what there is to do now; while such a listener runs, the loop that called it does. */
function act() {
  hasAsked = isTelling;
  if (!isTelling) pump();
}

function onEvent(event) {
  isTelling = false; // a listener that ran out of variables never ended
  if (event == Event.Message) {
    var packet = { qos: Client.eventQos, retain: !!Client.eventRetain, dup: !!Client.eventDup };
    if (Client.eventPayloadLength < Client.eventTotal) {
      packet.offset = Client.eventPartOffset;
      packet.total = Client.eventTotal;
    }
    if (HAS_MQTT5) packet.properties = readProperties();
    tellMessage(
      bytesText.substr(Client.eventTopicAt, Client.eventTopicLength),
      bytesText.substr(Client.eventPayloadAt, Client.eventPayloadLength),
      packet,
      0
    );
    var isOver = !hasAsked;
    hasAsked = false;
    return isOver;
  }
  tellOther(event);
}

function tellOther(event) {
  var code = Client.eventCode;
  var ticket = Client.eventTicket;
  var filter = filters[Client.eventFilter];
  var isEnd = event == Event.Published || event == Event.HandedOver || event == Event.Dropped;
  if (HAS_MQTT5) isEnd = isEnd || event == Event.Rejected;
  if (isEnd) {
    delete sources[ticket];
    if (event == Event.Dropped) {
      var whys =
        ",offline,closed,overflow,superseded,session-lost,outcome-unknown,cancelled,expired,not-supported-by-broker";
      client.emit("dropped", numbers[ticket], whys.split(",")[code]);
    } else if (HAS_MQTT5 && event == Event.Rejected) {
      client.emit("rejected", numbers[ticket], code);
    } else {
      client.emit("published", numbers[ticket]);
    }
  } else if (event == Event.PartWanted) {
    var length = Math.min(Client.eventPayloadLength, PAYLOAD_BYTES);
    supply(ticket, scratch, put(sources[ticket].substr(Client.partsGiven, length)));
  } else if (event == Event.Subscribed) {
    client.emit("subscribed", filter, code);
  } else if (event == Event.Unsubscribed) {
    client.emit("unsubscribed", filter);
  } else if (event == Event.Connected) {
    var session = "fresh,resumed,lost,cleared".split(",")[code];
    client.emit("connect", { sessionPresent: !!Client.eventFlag, session: session });
  } else if (event == Event.Refused) {
    client.emit("refused", code);
  } else if (event == Event.Closed) {
    // connections that this client makes for its own sake
    if (code == CloseReason.SessionCleared || code == CloseReason.ForeignSession) return;
    if (code == CloseReason.OlderVersion) return;
    var reason = ",goodbye,link,server,timeout,silent,refused".split(",")[code] || "protocol-" + code;
    if (HAS_MQTT5) if (code == CloseReason.ServerDisconnect) reason = "server-" + eventReason();
    client.emit("close", reason, socketError);
  } else if (event == Event.MessageTooLarge) {
    client.emit(
      "too-large",
      bytesText.substr(Client.eventTopicAt, Client.eventTopicLength),
      Client.eventTotal
    );
  } else if (event == Event.MessageAborted) {
    client.emit("aborted");
  } else if (event == Event.SecondDevice) {
    client.emit("second-device");
  }
}

/** Answers the number of an accepted message, or the Status that refused it. */
function numbered(ticket, source) {
  if (ticket < 0) return ticket;
  if (source) sources[ticket] = source;
  numbers[ticket] = ++lastNumber;
  act();
  return lastNumber;
}

/** Throws for options that the client refuses, and for a second one: its memory is part of this module. */
function MqttClient(options) {
  function checked(status) {
    if (status < 0) throw new Error("motekit: refused with status " + status);
    return status;
  }
  function keepTopic(topic) {
    topics[topic] = checked(prepareTopic(scratch, put(topic)));
    return topics[topic];
  }
  function keepBytes(payload) {
    return checked(prepareBytes(scratch, put(payload)));
  }

  if (client) throw new Error("motekit: one client a module");
  if (options.tls && !HAS_TLS) throw new Error("motekit: no TLS on this board");
  broker = options;
  if (!broker.port) broker.port = broker.tls ? 8883 : 1883;
  checked(setClientId(checked(prepareString(scratch, put(options.clientId || getSerial())))));
  checked(setClean(options.clean !== false));
  checked(setVersion(options.version || (HAS_MQTT5 ? 5 : 4)));
  if (options.keepAlive !== undefined) checked(setKeepAlive(options.keepAlive));
  if (options.username) {
    var user = checked(prepareString(scratch, put(options.username)));
    checked(setCredentials(user, options.password ? keepBytes(options.password) : 0));
  }
  if (options.reconnect === false) checked(setReconnect(false, 0, 0, CONNECT_TIMEOUT_MS));
  if (options.parts) checked(setTakesParts(true));
  var status = options.status;
  var will = options.will;
  if (status) {
    var topic = keepTopic(status.topic);
    var offline = keepBytes(status.offline || "offline");
    checked(setWill(topic, offline, 1 | RETAIN));
    checked(setStatusTopic(topic, offline));
    checked(setStatus(keepBytes(status.online || "online")));
    // a will that comes late is answered
    filters[checked(subscribe(scratch, put(status.topic), 1))] = status.topic;
  } else if (will) {
    var flags = (will.qos & QOS_MASK) | (will.retain ? RETAIN : 0);
    checked(setWill(keepTopic(will.topic), keepBytes(will.payload || ""), flags));
  }
  client = this;
}

/** Starts to connect, and to stay connected. Answers a Status. */
MqttClient.prototype.connect = function () {
  var status = connect(now());
  if (status >= 0) act();
  return status;
};

/** Says goodbye and stays disconnected. Answers a Status. */
MqttClient.prototype.end = function (waitMs) {
  var status = disconnect(waitMs === undefined ? GOODBYE_WAIT_MS : waitMs, now());
  if (status >= 0) act();
  return status;
};

/** What does not go straight to the socket. Answers as `publish` of a client does. */
function publishByOutbox(topic, payload, flags) {
  var length = payload.length;
  var handle = topics[topic];
  if (!handle) {
    var topicLength = put(topic);
    handle = prepareTopic(scratch, topicLength);
    if (handle < 0) {
      // wrong, or one of too many: to be judged where it is
      if (topicLength + length > PAYLOAD_BYTES)
        return numbered(publishParts(0, scratch, topicLength, length, flags), payload);
      bytes.set(payload, scratch + topicLength);
      return numbered(publishTo(scratch, topicLength, scratch + topicLength, length, flags));
    }
    topics[topic] = handle;
    return client.publish(topic, payload, { qos: flags & QOS_MASK, retain: flags & RETAIN });
  }
  if (length > PAYLOAD_BYTES) return numbered(publishParts(handle, 0, 0, length, flags), payload);
  bytes.set(payload, scratch);
  return numbered(publish(handle, scratch, length, flags));
}

/**
 * Answers the message's number, 1 or more, which `published` and `dropped` name; 0 for one at QoS 0 that has left already; or
 * the Status for which it was not accepted.
 */
MqttClient.prototype.publish = function (topic, payload, options) {
  var flags = options ? (options.qos & QOS_MASK) | (options.retain ? RETAIN : 0) : 0;
  if (HAS_MQTT5)
    if (options && options.properties)
      return publishWithProperties(topic, payload, flags, options.properties);
  var length = payload.length;
  var handle = topics[topic];
  if (handle && length <= PAYLOAD_BYTES && !(flags & QOS_MASK)) {
    bytes.set(payload, scratch);
    length = publishNow(handle, scratch, length, flags, scratch + PAYLOAD_BYTES, writeRoom, now());
    if (length > 0) {
      writeRoom -= length;
      try {
        socket.write(bytesText.substr(scratch + PAYLOAD_BYTES, length));
      } catch (e) {
        socketError = e.message; // closed by the other end, which is told next
      }
      return 0;
    }
  }
  return publishByOutbox(topic, payload, flags);
};

/** Answers a handle, or the Status that refuses it. `subscribed` tells what the broker granted. */
MqttClient.prototype.subscribe = function (filter, options) {
  var handle = subscribe(scratch, put(filter), options ? options.qos & QOS_MASK : 0);
  if (handle >= 0) {
    filters[handle] = filter;
    act();
  }
  return handle;
};

/** Answers as `subscribe`; `unsubscribed` tells when it is over. */
MqttClient.prototype.unsubscribe = function (filter) {
  var handle = unsubscribe(scratch, put(filter));
  if (handle >= 0) act();
  return handle;
};

/** Whether the broker has accepted the connection. */
MqttClient.prototype.isConnected = function () {
  return Client.phase == Phase.Connected;
};

exports.Client = MqttClient;
