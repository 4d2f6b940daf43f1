/** The socket of a relay that ended without a word would keep the next one from starting. Only our own is removed. */
import { lstatSync, statSync, unlinkSync } from "node:fs";
import { connect } from "node:net";
import { dirname, resolve } from "node:path";
import { Complaint } from "./complaint.js";

/** Removes the socket at `path`, where it is ours, in a folder that only we can reach, and nobody answers on it. */
export async function removeDeadSocket(path) {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return;
  if (!found.isSocket()) throw new Complaint(`${path} exists, and is no socket`);
  const folder = statSync(dirname(resolve(path)));
  const us = process.getuid?.();
  if (found.uid !== us || folder.uid !== us || (folder.mode & 0o077) !== 0) {
    throw new Complaint(
      `${path} exists. It would be removed if it were yours and in a folder of mode 0700; remove it yourself`,
    );
  }
  const answer = await knock(path);
  if (answer === "accepted") throw new Complaint(`another relay listens on ${path}`);
  if (answer !== "ECONNREFUSED")
    throw new Complaint(`${path} exists, and whether it is in use cannot be told`);
  unlinkSync(path);
}

function knock(path) {
  return new Promise((settle) => {
    const socket = connect(path);
    socket.on("connect", () => {
      socket.destroy();
      settle("accepted");
    });
    socket.on("error", (error) => settle(error.code));
  });
}
