// Owns how a board's images are made of a port, the translated client and the board's capacities. Knows no board by name.

import { modulePort, type Port, sensorPort } from "../../firmware/espruino/port.ts";
import type { Board } from "../../host-sim/cli/board.ts";
import type { BoardImage, BoardImages } from "../../host-sim/cli/build/image-maker.ts";
import { capacityList } from "../../host-sim/device/core.ts";
import { type Link, linkImage, readPortable } from "../translate/link.ts";
import { countVariables } from "./variables.ts";

export async function boardImages(root: string, board: Board): Promise<BoardImages> {
  const { espruino } = board;
  if (espruino === null) throw new Error(`${board.name} has no Espruino`);
  const { mqtt5 } = espruino;
  const program = readPortable(root, mqtt5 ? [] : ["MQTT5"]);
  const features = { ...board.features, mqtt5 };
  const image = async (port: Port, about: About, kind: Kind): Promise<BoardImage> => {
    const linked = await linkImage({
      program,
      port: port.text,
      portFile: port.file,
      scratchBytes: port.scratchBytes,
      capacities: capacityList(board.capacities),
      mode: "plain",
      isMinified: true,
      memory: "own",
      ...kind,
    });
    return { ...about, code: linked.code, variables: countVariables(linked.code, espruino) };
  };
  return {
    sensor: await image(sensorPort(features), SENSOR, { firmware: "sensor" }),
    module: await image(modulePort(features), MODULE, { firmware: "client" }),
  };
}

type About = Pick<BoardImage, "name" | "purpose">;
type Kind = Pick<Link, "firmware">;

const SENSOR: About = { name: "sensor.js", purpose: "the sensor node, which runs at the start" };

const MODULE: About = { name: "motekit.js", purpose: 'what require("motekit") gives' };
