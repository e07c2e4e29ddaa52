// Owns the way onto the network: the access point, remembered with its channel, and what is told of it. Who uses the network
// then is not its business.

var ACCESS_POINT_FILE = "motekit.ap";

/** Null without WiFi: then the network is there, and somebody else's business. */
var wifi = null;

/** Straight to the access point of last time, which saves the scan, or to any of this name. */
function joinWifi(isStraight) {
  var wanted = storage.readJSON(SETTINGS_FILE, true).wifi;
  var options = { password: wanted.password };
  var known = isStraight && storage.readJSON(ACCESS_POINT_FILE, true);
  if (known && known.ssid == wanted.ssid) {
    options.bssid = known.bssid;
    options.channel = known.channel;
  }
  tell("wifi connecting " + wanted.ssid);
  wifi.connect(wanted.ssid, options);
}

/** Remembered only when it has changed: flash wears. */
function onAssociated(details) {
  var known = storage.readJSON(ACCESS_POINT_FILE, true);
  var channel = details.channel | 0;
  if (known && known.bssid == details.mac && known.channel == channel) return;
  storage.write(ACCESS_POINT_FILE, { ssid: details.ssid, bssid: details.mac, channel: channel });
}

function onWifiConnected(details) {
  tell("wifi connected " + details.ip);
  isOnline = true;
  // what the back-off was for has changed
  if (Client.phase == Phase.Waiting) restore(A_DAY_MS, now());
  pump();
}

/** Of sockets that the interpreter drops now, it says nothing. */
function onWifiDisconnected(details) {
  var reason = details.reason;
  if (/auth|handshake/i.test(reason)) tell("error wifi-bad-password the access point refused it: " + reason);
  else if (/no_ap/i.test(reason)) tell("error wifi-not-found no access point of this name is in range");
  else tell("wifi lost " + reason);
  isOnline = false;
  if (socket) closeSocket(ClosedBy.Link);
  pump();
}

function onAddressTimeout() {
  tell("error wifi-no-address the network gave none: its DHCP did not answer");
}
