// A board's settings, asked of a person. Knows which there must be; what they are checked against is flash's.
import { checkSettings, type Settings, type SettingsBoard } from "../../flash/settings/settings.ts";
import type { Questions } from "./prompts.ts";

export async function askSettings(questions: Questions, board: SettingsBoard): Promise<Settings> {
  const ssid = await questions.ask("WiFi name: ");
  const wifiPassword = await questions.askSecret("WiFi password (not shown): ");
  const host = await questions.ask("Broker's host: ");
  const port = await questions.ask("Broker's port [1883]: ");
  const username = await questions.ask("User name at the broker [none]: ");
  const password = username === "" ? "" : await questions.askSecret("Password at the broker (not shown): ");
  const answers = {
    wifi: { ssid, ...(wifiPassword !== "" && { password: wifiPassword }) },
    broker: {
      host,
      ...(port !== "" && { port: Number(port) }),
      ...(username !== "" && { username }),
      ...(password !== "" && { password }),
    },
  };
  return checkSettings(answers, "your answers", board);
}
