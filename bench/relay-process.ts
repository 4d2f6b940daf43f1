/** The relay under measurement, as a process of its own: prints its address, and its memory after a collection when asked. */
import { relaySettings, startRelay } from "@asfaleia/relay";

const relay = await startRelay({
  settings: relaySettings({
    rate: 100_000_000,
    proofs: 100_000_000,
    memory: 8 * 1024 ** 3,
    "mailbox-bytes": 8 * 1024 ** 3,
    "mailbox-messages": 10_000_000,
    connections: 100_000,
    "connections-per-address": 100_000,
  }),
  listen: [{ kind: "tcp", host: "127.0.0.1", port: 0 }],
});
process.send?.({ address: relay.addresses[0] });
process.on("message", () => {
  for (let i = 0; i < 4; i++) globalThis.gc?.();
  setImmediate(() => process.send?.({ resident: process.memoryUsage().rss, cpu: process.cpuUsage() }));
});
process.on("disconnect", () => process.exit());
