/** A relay whose process outlives it: it stops when it is told to, says so, and waits to be looked at. */
import { relaySettings, startRelay } from "@asfaleia/relay";

const relay = await startRelay({
  settings: relaySettings(),
  listen: [{ kind: "tcp", host: "127.0.0.1", port: 0 }],
});
process.on("message", async () => {
  await relay.stop();
  process.send?.({ stopped: true });
});
process.on("disconnect", () => process.exit());
process.send?.({ address: relay.addresses[0] });
