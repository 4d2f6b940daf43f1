/** Two ways to let another program go on in our place. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { Complaint } from "./complaint.js";

// A key press at the terminal reaches both of us, so the program takes two SIGINTs in a row for one.
const PASSED_ON = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR2", "SIGCONT"];

/** Becomes the program: same process, so nobody has to pass anything on. Where that is not to be had, stands before it. */
export function become(file, args, env) {
  // Of Node 24.21. Earlier ones warn that it is experimental, on the next turn of a loop that will not come.
  if (process.platform !== "win32" && typeof process.execve === "function") {
    process.execve(file, [file, ...args], env);
  }
  return stand(file, args, env);
}

/** Runs the program, passes signals on to it, and ends as it ends. */
export function stand(file, args, env = process.env) {
  const child = spawn(file, args, { stdio: "inherit", env });
  const passOn = (signal) => child.kill(signal);
  for (const signal of PASSED_ON) {
    if (signal in constants.signals) process.on(signal, passOn);
  }
  return new Promise((resolve, reject) => {
    child.on("error", () => reject(new Complaint("Node 24 was found, but does not start")));
    child.on("exit", (code, signal) => {
      for (const name of PASSED_ON) process.removeListener(name, passOn);
      if (signal === null) process.exitCode = code;
      else process.kill(process.pid, signal);
      resolve();
    });
  });
}
