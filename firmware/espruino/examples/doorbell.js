// A program of one's own over `require("motekit")`: a button that rings, and a lamp that can be switched from afar.
// Upload it with Espruino's own tools after `motekit` lies in Storage as a module.

var BUTTON = D0;
var LAMP = D2;

var Client = require("motekit").Client;
var mqtt = new Client({
  host: "192.168.1.10",
  clientId: "doorbell",
  clean: false, // what rang without a connection rings later, and what was sent meanwhile comes
  status: { topic: "home/doorbell/status" }, // online, and offline when it is not
});

mqtt.on("connect", function (info) {
  print("connected, session " + info.session);
});

mqtt.on("message", function (topic, payload) {
  if (topic == "home/doorbell/lamp") digitalWrite(LAMP, payload == "on");
});

mqtt.on("close", function (why, detail) {
  print("closed: " + why + " " + detail);
});

mqtt.subscribe("home/doorbell/lamp", { qos: 1 });

setWatch(
  function () {
    var number = mqtt.publish("home/doorbell/ring", "" + Math.round(getTime()), { qos: 1 });
    if (number < 0) print("not accepted: status " + number);
  },
  BUTTON,
  { edge: "falling", repeat: true, debounce: 50 }
);

var wifi = require("Wifi");
wifi.connect("my network", { password: "my password" }, function (fault) {
  if (fault) print("wifi: " + fault);
  else mqtt.connect();
});
