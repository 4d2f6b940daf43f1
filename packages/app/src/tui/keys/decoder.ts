/**
 * Bytes of a keyboard -> input, incrementally: a sequence may come in pieces. What is unknown is swallowed whole, so that
 * no part of it is taken for something typed.
 *
 * Without kitty's protocol an ESC is the key, or Alt with the key behind it, or begins a sequence. What a terminal sends for
 * one key comes in one read nearly always, and what a person types in two. So an ESC is Alt in one read with its key only,
 * and only where that chord means something: multiplexers wait for what follows an ESC, and hand on Esc and a key at once.
 */
import { Character, control } from "./characters.ts";
import { consoleKey, csiInput, ss3Key } from "./csi.ts";
import { chordOf, type Input, type Key, key } from "./input.ts";
import { beginsLate } from "./late.ts";
import { PASTE_BEGINS, Paste } from "./paste.ts";

/** Parameters of a sequence that means something to us. A longer one is swallowed. */
const MAX_PARAMETERS = 64;
/** After this long a lone ESC is the key. Another key ends the waiting at once. */
export const ESCAPE_PATIENCE_MS = 40;
/** What nobody types is waited for as long as a slow link takes to bring the rest of it: a lost packet is sent again within this. */
export const SEQUENCE_PATIENCE_MS = 1_000;
/**
 * So long nobody types after a paste. What a terminal does not take out of it may hold its end: then keys seem to follow at
 * once, and an end that nothing has begun.
 */
export const PASTE_REST_MS = 40;
/** A paste whose end is lost ends by itself, or nothing could be typed any more. */
export const PASTE_PATIENCE_MS = 2_000;

const ESC = 0x1b;
const BEL = 0x07;
const CANCEL = 0x18;
const SUBSTITUTE = 0x1a;
const STRING_ENDS = 0x5c;
/** What begins a string behind an ESC: DCS, SOS, OSC, PM, APC. */
const STRING_BEGINS = /^[PX\]^_]$/;

type State =
  | "ground"
  | "escape"
  /** Behind an Esc that was taken for the key: what it began may come after all. */
  | "late"
  | "csi"
  | "console"
  | "ss3"
  /** Operating system commands and their like: to ESC \ or BEL. */
  | "string"
  | "string-escape"
  | "paste"
  /** Behind the end of a paste, which may have been a part of it. */
  | "paste-rest";

export class KeyDecoder {
  readonly #isKnown: (chord: string) => boolean;
  #state: State = "ground";
  /** An ESC before, in the same read: Alt, as some terminals send it. */
  #alt = false;
  /** Nothing of this read has been taken so far. */
  #isNewRead = true;
  /** What is begun came in one read up to here: ESC and what stands behind it. */
  #isWhole = false;
  /** Of a string: by which character it is begun, and whether anything is in it. */
  #string = { begins: "", isEmpty: true };
  #parameters = "";
  readonly #character = new Character();
  #paste = new Paste();
  #out: Input[] = [];

  /** @param isKnown whether a chord with Alt means something; one that does not is Esc and a key */
  constructor(isKnown: (chord: string) => boolean = () => true) {
    this.#isKnown = isKnown;
  }

  /** How long to wait for more before `flush`; undefined where nothing is begun, or its end comes for certain. */
  get patienceMs(): number | undefined {
    switch (this.#state) {
      case "escape":
        return ESCAPE_PATIENCE_MS;
      case "late":
        return SEQUENCE_PATIENCE_MS;
      case "paste":
        return PASTE_PATIENCE_MS;
      case "paste-rest":
        return PASTE_REST_MS;
      case "csi":
        if (this.#parameters !== "") return undefined;
        return this.#isWhole ? SEQUENCE_PATIENCE_MS : ESCAPE_PATIENCE_MS;
      case "ss3":
      case "string":
      case "string-escape":
        return this.#isWhole ? SEQUENCE_PATIENCE_MS : ESCAPE_PATIENCE_MS;
      default:
        return undefined;
    }
  }

  /** Takes the bytes of one read. @returns all that they complete; characters that come together are one text */
  feed(bytes: Uint8Array): Input[] {
    this.#isNewRead = true;
    if (this.#state === "late") this.#begin(beginsLate(bytes) ? "escape" : "ground");
    for (const byte of bytes) {
      this.#take(byte);
      this.#isNewRead = false;
    }
    return this.#drain();
  }

  /** Nothing more came: what was begun is what it looks like. */
  flush(): Input[] {
    switch (this.#state) {
      case "escape":
        this.#putEscapes();
        this.#begin("late");
        break;
      case "csi":
        if (this.#parameters === "") this.#leaveFor("[");
        break;
      case "ss3":
        this.#leaveFor("O");
        break;
      case "string":
        if (this.#string.isEmpty) this.#leaveFor(this.#string.begins);
        else this.#begin("ground");
        break;
      case "late":
      case "string-escape":
        this.#begin("ground");
        break;
      case "paste":
      case "paste-rest":
        this.#leavePaste();
    }
    return this.#drain();
  }

  #drain(): Input[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #put(input: Input | undefined): void {
    const last = this.#out.at(-1);
    if (input?.type === "text" && last?.type === "text") {
      this.#out[this.#out.length - 1] = { type: "text", text: last.text + input.text };
    } else if (input !== undefined) {
      this.#out.push(input);
    }
  }

  #begin(state: State): void {
    this.#state = state;
    this.#parameters = "";
    if (state === "ground" || state === "late") this.#alt = false;
  }

  #take(byte: number): void {
    switch (this.#state) {
      case "ground":
        this.#ground(byte);
        break;
      case "escape":
        this.#escape(byte);
        break;
      case "csi":
        this.#csi(byte);
        break;
      case "console":
        this.#put(consoleKey(String.fromCharCode(byte)));
        this.#begin("ground");
        break;
      case "ss3":
        this.#ss3(byte);
        break;
      case "string":
        this.#takeOfString(byte);
        break;
      case "string-escape":
        // ESC \ ends it; another ESC begins something new.
        this.#begin(byte === STRING_ENDS ? "ground" : "escape");
        if (byte !== STRING_ENDS) this.#escape(byte);
        break;
      case "paste":
        if (this.#paste.take(byte)) this.#begin("paste-rest");
        break;
      case "paste-rest":
        if (this.#paste.takeBehind(byte)) this.#begin("paste");
    }
  }

  #ground(byte: number): void {
    if (this.#character.isBegun) {
      if ((byte & 0xc0) === 0x80) {
        const text = this.#character.take(byte);
        if (text !== undefined) this.#typed(text, this.#alt);
        if (!this.#character.isBegun) this.#alt = false;
        return;
      }
      this.#character.drop();
      this.#alt = false;
    }
    if (byte === ESC) {
      this.#begin("escape");
      return;
    }
    if (byte >= 0x80) {
      this.#character.begin(byte);
      if (!this.#character.isBegun) this.#alt = false;
      return;
    }
    const alt = this.#alt;
    this.#alt = false;
    if (byte < 0x20 || byte === 0x7f) this.#pressed(control(byte), alt);
    else this.#typed(String.fromCharCode(byte), alt);
  }

  #typed(text: string, alt: boolean): void {
    if (alt && this.#isKnown(chordOf(key(text, { alt })))) {
      this.#put(key(text, { alt }));
      return;
    }
    if (alt) this.#put(key("escape"));
    this.#put({ type: "text", text });
  }

  #pressed(plain: Key, alt: boolean): void {
    const chord = { ...plain, alt };
    const isOne = !alt || this.#isKnown(chordOf(chord));
    if (!isOne) this.#put(key("escape"));
    this.#put(isOne ? chord : plain);
  }

  /** An ESC that is Esc, and one before it. */
  #putEscapes(): void {
    if (this.#alt) this.#put(key("escape"));
    this.#alt = false;
    this.#put(key("escape"));
  }

  /** What seemed to begin a sequence was a key with Alt. */
  #leaveFor(character: string): void {
    const wasAlt = this.#alt;
    this.#begin("ground");
    if (wasAlt) this.#put(key("escape"));
    this.#typed(character, true);
  }

  #escape(byte: number): void {
    const isOneRead = !this.#isNewRead;
    if (byte === ESC) {
      // The first is a key of its own, unless a sequence follows at once.
      if (!isOneRead) this.#putEscapes();
      else if (this.#alt) this.#put(key("escape"));
      this.#alt = isOneRead;
      return;
    }
    const character = String.fromCharCode(byte);
    this.#isWhole = isOneRead;
    if (character === "[" || character === "O") {
      this.#begin(character === "[" ? "csi" : "ss3");
    } else if (STRING_BEGINS.test(character)) {
      this.#begin("string");
      this.#string = { begins: character, isEmpty: true };
      this.#isWhole = false;
    } else if (isOneRead) {
      if (this.#alt) this.#put(key("escape"));
      this.#state = "ground";
      this.#alt = true;
      this.#ground(byte);
    } else {
      this.#putEscapes();
      this.#begin("ground");
      this.#ground(byte);
    }
  }

  #csi(byte: number): void {
    if (byte === ESC) {
      this.#begin("escape");
      return;
    }
    if (byte === CANCEL || byte === SUBSTITUTE) {
      this.#begin("ground");
      return;
    }
    if (byte < 0x20 || byte > 0x7e) {
      this.#begin("ground");
      this.#ground(byte);
      return;
    }
    const character = String.fromCharCode(byte);
    if (character === "[" && this.#parameters === "") {
      this.#begin("console");
      return;
    }
    if (byte < 0x40) {
      if (this.#parameters.length <= MAX_PARAMETERS) this.#parameters += character;
      return;
    }
    const parameters = this.#parameters;
    const alt = this.#alt;
    this.#begin("ground");
    if (character === "~" && parameters === PASTE_BEGINS) {
      this.#paste = new Paste();
      this.#begin("paste");
      return;
    }
    const input = parameters.length <= MAX_PARAMETERS ? csiInput(parameters, character, alt) : undefined;
    if (input !== undefined || parameters !== "" || this.#isWhole) this.#put(input);
    else {
      // No key of any terminal, and ESC came by itself: Esc, and two characters.
      this.#alt = alt;
      this.#leaveFor("[");
      this.#typed(character, false);
    }
  }

  #ss3(byte: number): void {
    if (byte === ESC) {
      this.#begin("escape");
      return;
    }
    const isPrintable = byte >= 0x20 && byte < 0x7f;
    const pressed = isPrintable ? ss3Key(String.fromCharCode(byte), this.#alt) : undefined;
    if (pressed === undefined && (this.#isNewRead || !this.#isWhole)) {
      // No key of any terminal: Esc, an O, and whatever is typed on.
      this.#leaveFor("O");
      this.#ground(byte);
      return;
    }
    this.#begin("ground");
    this.#put(pressed);
  }

  #takeOfString(byte: number): void {
    if (this.#string.isEmpty && byte === ESC) {
      // Nobody sends an empty one: a key with Alt, and the next key.
      this.#leaveFor(this.#string.begins);
      this.#ground(byte);
      return;
    }
    if (this.#string.isEmpty) this.#isWhole = !this.#isNewRead;
    this.#string.isEmpty = false;
    if (byte === BEL || byte === CANCEL || byte === SUBSTITUTE) this.#begin("ground");
    else if (byte === ESC) this.#state = "string-escape";
  }

  /** It was the end: what came behind it is keys. */
  #leavePaste(): void {
    const { text, isCut, rest } = this.#paste.end();
    this.#paste = new Paste();
    this.#begin("ground");
    if (text !== "") this.#put({ type: "paste", text, isCut });
    this.#isNewRead = true;
    for (const byte of rest) {
      this.#take(byte);
      this.#isNewRead = false;
    }
  }
}
