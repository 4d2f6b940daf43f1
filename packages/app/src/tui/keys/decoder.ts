/**
 * Bytes of a keyboard -> input, incrementally: a sequence may come in pieces. What is unknown is swallowed whole, so that
 * no part of it is taken for something typed.
 */
import { consoleKey, csiInput, ss3Key } from "./csi.ts";
import { type Input, key } from "./input.ts";

/** More than anybody types; less than what a slip of the clipboard may hold. */
export const MAX_PASTE_BYTES = 1 << 20;
/** Parameters of a sequence that means something to us. A longer one is swallowed. */
const MAX_PARAMETERS = 64;
/** After this long a lone ESC is the key. */
export const ESCAPE_PATIENCE_MS = 40;
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
const PASTE_BEGINS = "200";
const PASTE_ENDS = Uint8Array.from([ESC, 0x5b, 0x32, 0x30, 0x31, 0x7e]);
const TILDE = 0x7e;
/** The beginning or the end of a paste, at the end of what came. */
const PASTE_MARK = /^\x1b\[20[01]~$/;
const MARK_BYTES = PASTE_ENDS.length;

type State =
  | "ground"
  | "escape"
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
  #state: State = "ground";
  /** ESC before ESC: how some terminals send Alt with a key. */
  #alt = false;
  #parameters = "";
  #character: number[] = [];
  #missing = 0;
  #paste: number[] = [];
  #pasteMatch = 0;
  #isCut = false;
  /** What came behind the end of a paste. */
  #rest: number[] = [];
  #out: Input[] = [];

  /** How long to wait for more before `flush`; undefined where nothing is begun. */
  get patienceMs(): number | undefined {
    if (this.#state === "ground") return undefined;
    if (this.#state === "paste-rest") return PASTE_REST_MS;
    return this.#state === "paste" ? PASTE_PATIENCE_MS : ESCAPE_PATIENCE_MS;
  }

  /** Takes bytes. @returns all that they complete; characters that come together are one text */
  feed(bytes: Uint8Array): Input[] {
    for (const byte of bytes) this.#take(byte);
    return this.#drain();
  }

  /** Nothing more came: what was begun is what it looks like. */
  flush(): Input[] {
    if (this.#state === "paste-rest") this.#leavePaste();
    if (this.#state === "escape") {
      this.#put(key("escape"));
    } else if (this.#state === "csi" && this.#parameters === "") {
      this.#put(key("[", { alt: true }));
    } else if (this.#state === "ss3") {
      this.#put(key("O", { alt: true }));
    } else if (this.#state === "paste") {
      this.#endPaste();
    }
    this.#begin("ground");
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
    if (state === "ground") this.#alt = false;
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
        this.#string(byte);
        break;
      case "string-escape":
        // ESC \ ends it; another ESC begins something new.
        this.#begin(byte === 0x5c ? "ground" : "escape");
        if (byte !== 0x5c) this.#escape(byte);
        break;
      case "paste":
        this.#pasted(byte);
        break;
      case "paste-rest":
        this.#pastedOn(byte);
    }
  }

  #ground(byte: number): void {
    if (this.#missing > 0) {
      if ((byte & 0xc0) === 0x80) {
        this.#continue(byte);
        return;
      }
      this.#missing = 0;
      this.#alt = false;
    }
    if (byte === ESC) {
      this.#begin("escape");
      return;
    }
    const alt = this.#alt;
    if (byte < 0x20 || byte === 0x7f) {
      this.#alt = false;
      this.#put(control(byte, alt));
      return;
    }
    if (byte < 0x80) {
      this.#alt = false;
      this.#typed(String.fromCharCode(byte), alt);
      return;
    }
    this.#missing = byte >= 0xf0 && byte < 0xf5 ? 3 : byte >= 0xe0 ? 2 : byte >= 0xc2 ? 1 : 0;
    if (byte >= 0xf5) this.#missing = 0;
    this.#character = [byte];
    if (this.#missing === 0) this.#alt = false;
  }

  /** A byte within a character of several. */
  #continue(byte: number): void {
    this.#character.push(byte);
    this.#missing--;
    if (this.#missing > 0) return;
    const text = new TextDecoder().decode(Uint8Array.from(this.#character));
    const { length } = [...text];
    const alt = this.#alt;
    this.#alt = false;
    // What is no character decodes to U+FFFD, perhaps several; nobody types it.
    if (length === 1 && text !== "\ufffd" && !/\p{Cc}/u.test(text)) this.#typed(text, alt);
  }

  #typed(text: string, alt: boolean): void {
    this.#put(alt ? key(text, { alt }) : { type: "text", text });
  }

  #escape(byte: number): void {
    if (byte === ESC) {
      // Two of them: the first is a key of its own, unless a sequence follows.
      if (this.#alt) this.#put(key("escape"));
      this.#alt = true;
      return;
    }
    if (byte === 0x5b) {
      this.#begin("csi");
      return;
    }
    if (byte === 0x4f) {
      this.#begin("ss3");
      return;
    }
    if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) {
      this.#begin("string");
      return;
    }
    if (this.#alt) this.#put(key("escape"));
    this.#state = "ground";
    this.#alt = true;
    this.#ground(byte);
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
      this.#begin("paste");
      return;
    }
    if (parameters.length <= MAX_PARAMETERS) this.#put(csiInput(parameters, character, alt));
  }

  #ss3(byte: number): void {
    if (byte === ESC) {
      this.#begin("escape");
      return;
    }
    const alt = this.#alt;
    this.#begin("ground");
    if (byte >= 0x20 && byte < 0x7f) this.#put(ss3Key(String.fromCharCode(byte), alt));
  }

  #string(byte: number): void {
    if (byte === BEL || byte === CANCEL || byte === SUBSTITUTE) this.#begin("ground");
    else if (byte === ESC) this.#begin("string-escape");
  }

  #pasted(byte: number): void {
    if (byte === PASTE_ENDS[this.#pasteMatch]) {
      this.#pasteMatch++;
      if (this.#pasteMatch === PASTE_ENDS.length) {
        this.#pasteMatch = 0;
        this.#begin("paste-rest");
      }
      return;
    }
    for (let at = 0; at < this.#pasteMatch; at++) this.#keep(PASTE_ENDS[at] as number);
    this.#pasteMatch = byte === ESC ? 1 : 0;
    if (byte !== ESC) this.#keep(byte);
  }

  #pastedOn(byte: number): void {
    this.#rest.push(byte);
    const mark = byte === TILDE ? String.fromCharCode(...this.#rest.slice(-MARK_BYTES)) : "";
    if (PASTE_MARK.test(mark)) {
      for (const one of this.#rest.slice(0, -MARK_BYTES)) this.#keep(one);
      this.#rest = [];
      if (mark.endsWith("0~")) this.#begin("paste");
    } else if (this.#rest.length > MAX_PASTE_BYTES) {
      this.#rest = [];
      this.#isCut = true;
    }
  }

  /** It was the end: what came behind it is keys. */
  #leavePaste(): void {
    const rest = this.#rest;
    this.#rest = [];
    this.#endPaste();
    this.#begin("ground");
    for (const byte of rest) this.#take(byte);
  }

  #keep(byte: number): void {
    if (this.#paste.length < MAX_PASTE_BYTES) this.#paste.push(byte);
    else this.#isCut = true;
  }

  #endPaste(): void {
    const text = new TextDecoder()
      .decode(Uint8Array.from(this.#paste))
      .replace(/\r\n?/g, "\n")
      .replace(/(?![\t\n])\p{Cc}|\ufffd/gu, "");
    const isCut = this.#isCut;
    this.#paste = [];
    this.#pasteMatch = 0;
    this.#isCut = false;
    if (text !== "") this.#put({ type: "paste", text, isCut });
  }
}

/** A control character: what Ctrl and a key send without any protocol. */
function control(byte: number, alt: boolean): Input {
  if (byte === 0x0d) return key("enter", { alt });
  if (byte === 0x09) return key("tab", { alt });
  if (byte === 0x7f || byte === 0x08) return key("backspace", { alt });
  if (byte === 0) return key("space", { ctrl: true, alt });
  const name = String.fromCharCode(byte < 0x1b ? byte + 0x60 : byte + 0x40);
  return key(name, { ctrl: true, alt });
}
