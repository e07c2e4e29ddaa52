// The motekit command as a process of its own, run from its source: what bin/motekit.js does with the built one.
import { main } from "../../main.ts";

process.exit(await main(process.argv.slice(2)));
