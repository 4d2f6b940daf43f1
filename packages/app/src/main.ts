/** The program: bin/asfaleia.js starts it. */
import { run } from "./cli.ts";

process.exitCode = await run(process.argv.slice(2));
// Everything has been closed by now. Should something linger all the same, it does not keep the caller waiting.
setTimeout(() => process.exit(), 500).unref();
