// Owns the loop between the client and one socket: bytes in, events, bytes out, the next deadline. Where the broker is, and
// what events mean, it leaves to whoever declares `broker` and `onEvent`, which answers true where nothing follows from one.
//
// Every function that stays costs an ESP8266 six of its 1,600 variables, so a port has few and some are long; what runs only
// once lies in functions that end with it.

/** Espruino hands an ESP8266's network so many bytes in one piece. What is written beyond that, it would queue without limit. */
var CHUNK_BYTES = 268;
/** So much may wait for a client that takes no more: Espruino cannot make the broker wait. */
var HELD_BYTES_MAX = 1072;
/** After DISCONNECT the broker closes. A close with unread input could destroy what was sent last. */
var GOODBYE_MS = 3000;
/** No timer is longer, and a step of the clock beyond it is none of time's. */
var LONGEST_MS = 1800000;

var isOnline = true;
/** The client wants a connection, and there is no socket yet: not before the network is there. */
var wantsSocket = false;
var socket = null;
/** So many bytes may still be written before Espruino has handed on all that it has. */
var writeRoom = 0;
/** Something may wait for it. */
var isOwing = false;
var isDraining = false;
var held = "";
var socketError = "";
var timer = 0;
var timerAtMs = 0;
var clockMs = 0;
var readMs = (getTime() * 1000) >>> 0;

/** Milliseconds in 32 bits. A clock that is set, as by SNTP, stands still for that one step. */
function now() {
  var ms = (getTime() * 1000) >>> 0;
  var stepMs = (ms - readMs) | 0;
  readMs = ms;
  if (stepMs > 0 && stepMs < 2 * LONGEST_MS) clockMs = (clockMs + stepMs) >>> 0;
  return clockMs;
}

function closeSocket(by) {
  var closing = socket;
  socket = null;
  isDraining = wantsSocket = false;
  writeRoom = 0;
  held = "";
  if (closing) {
    closing.dSnd = ""; // else Espruino closes only after a dead link has taken what is queued there
    try {
      closing.end();
    } catch (_e) {
      closing = null; // the network went first
    }
  }
  closed(by, (Math.random() * 4294967296) >>> 0, now());
}

function onOpen(opening) {
  if (opening != socket) return;
  writeRoom = CHUNK_BYTES;
  opened();
  pump();
}

function onData(chunk) {
  if (this != socket || isDraining) return;
  held = held ? held + chunk : chunk;
  pump(true);
  if (held.length <= HELD_BYTES_MAX) return;
  socketError = "more came than could be taken";
  closeSocket(ClosedBy.Link);
  pump();
}

function onDrain() {
  if (this != socket) return;
  writeRoom = CHUNK_BYTES;
  if (isOwing) pump();
}

function onError(error) {
  if (this == socket) socketError = error.message;
}

function onClose(hadError) {
  if (this != socket) return;
  closeSocket(isDraining ? ClosedBy.Client : hadError ? ClosedBy.Link : ClosedBy.Server);
  pump();
}

/**
 * Does all there is to do now, after anything that happened. What was merely received brings no deadline nearer, unless
 * something follows from it.
 */
function pump(hasOnlyReceived) {
  var nowMs = now();
  var event;
  var length;
  var hasMoved;
  var movesTimer = !hasOnlyReceived || !timer;
  do {
    hasMoved = false;
    while (held && (length = receiveRoom())) {
      if (length >= held.length) {
        length = held.length;
        bytes.set(held, receiveAddress());
        held = "";
      } else {
        bytes.set(held.substr(0, length), receiveAddress());
        held = held.substr(length);
      }
      received(length, nowMs);
    }

    while ((event = poll(nowMs))) {
      if (event > Event.CloseTransport) {
        if (!onEvent(event)) movesTimer = true;
      } else if (event == Event.OpenTransport) {
        wantsSocket = true;
      } else if (socket && Client.eventFlag) {
        isDraining = true;
        setTimeout(
          function (closing) {
            if (closing != socket) return;
            closeSocket(ClosedBy.Client);
            pump();
          },
          GOODBYE_MS,
          socket
        );
      } else {
        closeSocket(ClosedBy.Client);
      }
    }

    if (wantsSocket && isOnline) {
      wantsSocket = false;
      socketError = "";
      try {
        socket = require(HAS_TLS && broker.tls ? "tls" : "net").connect(broker, onOpen);
        socket.on("data", TELLS_AT_ONCE ? onChunk : onData);
        socket.on("drain", onDrain);
        socket.on("error", onError);
        socket.on("close", onClose);
      } catch (e) {
        socketError = e.message;
        closeSocket(ClosedBy.Link);
        hasMoved = true;
      }
    }

    isOwing = !writeRoom;
    length = writeRoom ? collect(scratch, writeRoom, nowMs) : 0;
    if (length) {
      hasMoved = movesTimer = true;
      writeRoom -= length;
      try {
        socket.write(bytesText.substr(scratch, length));
      } catch (e) {
        socketError = e.message; // closed by the other end, which is told next
      }
    }
  } while (hasMoved || (held && receiveRoom()));

  if (!movesTimer) return;
  // called early it does nothing, so a timer that is early enough stays
  var delayMs = deadlineMs(nowMs);
  if (delayMs < 0) return;
  if (delayMs > LONGEST_MS) delayMs = LONGEST_MS;
  if (timer) {
    if (((timerAtMs - nowMs) | 0) <= delayMs) return;
    clearTimeout(timer);
  }
  timerAtMs = (nowMs + delayMs) >>> 0;
  timer = setTimeout(onTimer, delayMs);
}

function onTimer() {
  timer = 0;
  pump();
}
