/**
 * Sees to it that the tools which the tests hold asfaleia against are there: installs those that are missing where this is a
 * Debian and we may. Where not, it says which tests will be skipped; under CI=true that is a failure.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Command and the Debian package that holds it. */
const TOOLS: readonly (readonly [command: string, debianPackage: string])[] = [
  ["age", "age"],
  ["fish", "fish"],
  ["fribidi", "libfribidi-bin"],
  ["groff", "groff"],
  ["man", "man-db"],
  ["mandoc", "mandoc"],
  ["openssl", "openssl"],
  ["pngtopnm", "netpbm"],
  ["script", "bsdutils"],
  ["sixel2png", "libsixel-bin"],
  ["ssh-agent", "openssh-client"],
  ["ssh-keygen", "openssh-client"],
  ["strace", "strace"],
  ["systemd-analyze", "systemd"],
  ["tmux", "tmux"],
  ["xmllint", "libxml2-utils"],
  ["zbarimg", "zbar-tools"],
  ["zsh", "zsh"],
];

const missing = () => TOOLS.filter(([command]) => !isThere(command));

if (missing().length > 0 && isThere("apt-get") && process.getuid?.() === 0) {
  const packages = [...new Set(missing().map(([, name]) => name))];
  console.log(`installing ${packages.join(", ")}`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  spawnSync("apt-get", ["update", "-q"], { stdio: "inherit", env });
  spawnSync("apt-get", ["install", "-q", "-y", "--no-install-recommends", ...packages], {
    stdio: "inherit",
    env,
  });
}

const lacking = missing().map(([command]) => command);
if (lacking.length > 0) {
  console.error(
    `not here and not to be had: ${lacking.join(", ")}. Every test that needs one of them is skipped, and says so.`,
  );
  if (process.env.CI === "true") process.exit(1);
}

function isThere(command: string): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
