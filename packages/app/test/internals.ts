/** What tests and scripts of the whole system need of the inside of the command line and the agent. */
export { runAgent } from "../src/agent/agent.ts";
export { MAX_FACES } from "../src/agent/server.ts";
export { API_VERSION, CONTROL, QUESTIONS, TOLD } from "../src/api/control.ts";
export { MAX_PAGE } from "../src/api/methods/messages.ts";
export { API, type MethodName } from "../src/api/table.ts";
export { MAX_FILE_BYTES, MAX_PIECE_BYTES } from "../src/api/uploads.ts";
export * as views from "../src/api/views.ts";
export { EXIT, Failure } from "../src/exit.ts";
export type { EventView, Face } from "../src/face/face.ts";
export { withLocalFace } from "../src/face/own.ts";
export { connectTo } from "../src/face/remote.ts";
export { MAX_LINE_BYTES, MAX_REQUEST_BYTES } from "../src/rpc/lines.ts";
export { RPC_ERROR } from "../src/rpc/message.ts";
export { MAX_BACKLOG_BYTES, MAX_CALLS } from "../src/rpc/peer.ts";
