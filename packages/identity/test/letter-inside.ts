/** What of letters is not public, for the fuzzing of the whole house: a package's inside is its own tests' to reach. */
export { decryptAgeFile, unarmorAgeFile } from "../src/age-file.ts";
export { parseLetter, writeLetter } from "../src/letter-format.ts";
