// A published file as Python reads it, for verify.js: JSON with its spellings, canonical text, SHA-256.
(() => {
  const MARK = '"cells":[';
  const CLOSE = '],"code":';
  const DEEPEST = 900;

  class Illegal extends Error {} // something that no publication can hold; the sentence says where
  class Unreadable extends Error {} // what is no file of ours at all
  class Float {
    constructor(value) {
      this.value = value;
    }
  }

  function need(holds, sentence) {
    if (!holds) throw new Illegal(typeof sentence === "function" ? sentence() : sentence);
  }

  // JSON as Python reads it: whole numbers and others are told apart, the last of two equal keys stands.
  class Reader {
    constructor(text) {
      this.text = text;
      this.at = 0;
    }
    whole() {
      const value = this.value(0);
      this.space();
      if (this.at !== this.text.length) throw new Unreadable();
      return value;
    }
    space() {
      while (" \t\n\r".includes(this.text[this.at] ?? "x")) this.at += 1;
    }
    takes(token) {
      const starts = this.text.startsWith(token, this.at);
      if (starts) this.at += token.length;
      return starts;
    }
    value(depth) {
      if (depth > DEEPEST) throw new Unreadable();
      this.space();
      if (this.takes("{")) return this.object(depth + 1);
      if (this.takes("[")) return this.list(depth + 1);
      if (this.text[this.at] === '"') return this.string();
      for (const [token, value] of Reader.NAMED) if (this.takes(token)) return value;
      return this.number();
    }
    static NAMED = [
      ["null", null],
      ["true", true],
      ["false", false],
      ["NaN", new Float(Number.NaN)],
      ["Infinity", new Float(Number.POSITIVE_INFINITY)],
      ["-Infinity", new Float(Number.NEGATIVE_INFINITY)],
    ];
    match(pattern) {
      pattern.lastIndex = this.at;
      const match = pattern.exec(this.text);
      if (!match) throw new Unreadable();
      this.at = pattern.lastIndex;
      return match;
    }
    string() {
      try {
        return JSON.parse(this.match(/"[^"\\]*(?:\\.[^"\\]*)*"/y)[0]);
      } catch {
        throw new Unreadable();
      }
    }
    number() {
      const [text, whole, part, power] = this.match(/(-?(?:0|[1-9][0-9]*))(\.[0-9]+)?([eE][-+]?[0-9]+)?/y);
      if (part || power) return new Float(Number(text));
      if (whole.replace("-", "").length > 4300) throw new Unreadable();
      return BigInt(whole);
    }
    list(depth) {
      const items = [];
      this.space();
      if (this.takes("]")) return items;
      do {
        items.push(this.value(depth));
        this.space();
      } while (this.takes(","));
      if (!this.takes("]")) throw new Unreadable();
      return items;
    }
    object(depth) {
      const items = new Map();
      this.space();
      if (this.takes("}")) return items;
      do {
        this.space();
        const key = this.string();
        this.space();
        if (!this.takes(":")) throw new Unreadable();
        items.set(key, this.value(depth));
        this.space();
      } while (this.takes(","));
      if (!this.takes("}")) throw new Unreadable();
      return items;
    }
  }

  // As UTF-8 and Python order text: by code points.
  function byPoints(one, other) {
    const most = Math.min(one.length, other.length);
    for (let n = 0; n < most; n += 1) {
      const [a, b] = [one.charCodeAt(n), other.charCodeAt(n)];
      if (a !== b) return place(a) - place(b);
    }
    return one.length - other.length;
  }
  function place(unit) {
    if (unit < 0xd800) return unit;
    return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
  }

  function floatText({ value }) {
    const power = Math.abs(value) && Math.floor(Number(value.toExponential().split("e")[1]));
    if (power >= -4 && power < 16) {
      const plain = Object.is(value, -0) ? "-0" : String(value);
      return plain.includes(".") ? plain : `${plain}.0`;
    }
    return value.toExponential().replace(/e([-+])([0-9])$/, "e$10$2");
  }

  function quoted(text) {
    if (text.isWellFormed?.() ?? !/\p{Surrogate}/u.test(text)) return JSON.stringify(text);
    const letters = [...text].map((one) => (/\p{Surrogate}/u.test(one) ? one : JSON.stringify(one).slice(1, -1)));
    return `"${letters.join("")}"`;
  }

  function canonical(value) {
    if (typeof value === "string") return quoted(value);
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value instanceof Map) {
      const ordered = [...value.keys()].sort(byPoints);
      return `{${ordered.map((key) => `${quoted(key)}:${canonical(value.get(key))}`).join(",")}}`;
    }
    if (!(value instanceof Float)) return String(value);
    if (!Number.isFinite(value.value)) throw new Unreadable();
    return floatText(value);
  }

  // A value as the sentences of verify.py show it.
  function shown(value) {
    return typeof value === "string" ? value : inner(value);
  }
  function inner(value) {
    if (value === null) return "None";
    if (typeof value === "boolean") return value ? "True" : "False";
    if (typeof value === "string") return pythonText(value);
    if (Array.isArray(value)) return `[${value.map(inner).join(", ")}]`;
    if (value instanceof Float) return floatText(value);
    if (!(value instanceof Map)) return String(value);
    return `{${[...value].map(([key, item]) => `${inner(key)}: ${inner(item)}`).join(", ")}}`;
  }
  function pythonText(text) {
    const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
    const letters = [...text].map((one) => {
      if (one === quote || one === "\\") return `\\${one}`;
      const named = { "\n": "\\n", "\r": "\\r", "\t": "\\t" }[one];
      if (named || one === " " || !/[\p{C}\p{Z}]/u.test(one)) return named ?? one;
      const code = one.codePointAt(0).toString(16);
      if (code.length <= 2) return `\\x${code.padStart(2, "0")}`;
      return code.length <= 4 ? `\\u${code.padStart(4, "0")}` : `\\U${code.padStart(8, "0")}`;
    });
    return quote + letters.join("") + quote;
  }

  // SHA-256 in pieces: the browser's own is missing without https and takes no pieces.
  const [ROUNDS, START] = [1 / 3, 1 / 2].map((power) => fractions(power));
  function fractions(power) {
    const primes = [];
    for (let n = 2; primes.length < 64; n += 1) if (primes.every((prime) => n % prime)) primes.push(n);
    return Int32Array.from(primes, (prime) => ((prime ** power % 1) * 2 ** 32) | 0);
  }
  class Seal {
    state = START.slice(0, 8);
    plan = new Int32Array(64);
    rest = new Uint8Array(0);
    length = 0;
    update(bytes, tell = () => {}) {
      this.length += bytes.length;
      const short = this.rest.length ? Math.min(64 - this.rest.length, bytes.length) : 0;
      if (short) this.rest = joined([this.rest, bytes.subarray(0, short)]);
      if (this.rest.length === 64) {
        this.block(this.rest, 0);
        this.rest = new Uint8Array(0);
      }
      if (this.rest.length) return;
      let at = short;
      for (; at + 64 <= bytes.length; at += 64) {
        this.block(bytes, at);
        if ((at - short) % 4_194_304 === 0) tell(at);
      }
      this.rest = bytes.slice(at);
    }
    block(bytes, at) {
      const w = this.plan;
      for (let n = 0, i = at; n < 16; n += 1, i += 4)
        w[n] = (bytes[i] << 24) | (bytes[i + 1] << 16) | (bytes[i + 2] << 8) | bytes[i + 3];
      for (let n = 16; n < 64; n += 1) {
        const [x, y] = [w[n - 15], w[n - 2]];
        const low = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
        const high = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
        w[n] = (w[n - 16] + low + w[n - 7] + high) | 0;
      }
      let [a, b, c, d, e, f, g, h] = this.state;
      for (let n = 0; n < 64; n += 1) {
        const high = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
        const first = (h + high + ((e & f) ^ (~e & g)) + ROUNDS[n] + w[n]) | 0;
        const low = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
        const second = (low + ((a & b) ^ (a & c) ^ (b & c))) | 0;
        h = g;
        g = f;
        f = e;
        e = (d + first) | 0;
        d = c;
        c = b;
        b = a;
        a = (first + second) | 0;
      }
      const added = [a, b, c, d, e, f, g, h];
      for (let n = 0; n < 8; n += 1) this.state[n] += added[n];
    }
    hex() {
      const bits = new Uint8Array(8);
      new DataView(bits.buffer).setBigUint64(0, BigInt(this.length) * 8n);
      const zeros = (119 - (this.length % 64)) % 64;
      this.update(joined([new Uint8Array([0x80]), new Uint8Array(zeros), bits]));
      return [...this.state].map((part) => (part >>> 0).toString(16).padStart(8, "0")).join("");
    }
  }

  function joined(parts) {
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
  function decoded(bytes) {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      throw new Unreadable();
    }
  }
  function cellsOf(bytes) {
    try {
      return { text: decoded(bytes), broken: false };
    } catch {
      return { text: new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), broken: true };
    }
  }

  // Where a text of single bytes stands, of which `rare` is the letter that is looked for.
  function indexOf(data, text, rare, from) {
    const letters = [...text].map((letter) => letter.charCodeAt(0));
    const offset = text.indexOf(rare);
    for (let at = from + offset; ; at += 1) {
      at = data.indexOf(letters[offset], at);
      if (at < 0) return -1;
      if (letters.every((letter, n) => data[at - offset + n] === letter)) return at - offset;
    }
  }

  // All but the cells, each list of them empty, and where the cells of each block lie: most of a file is cells.
  function apart(data) {
    const spans = [];
    let at = indexOf(data, MARK, "[", 0);
    while (at >= 0) {
      const start = at + MARK.length;
      const end = indexOf(data, CLOSE, "]", start);
      if (end < 0) throw new Unreadable();
      spans.push([start, end]);
      at = indexOf(data, MARK, "[", start);
    }
    const edges = [0, ...spans.flat(), data.length];
    const around = edges.flatMap((edge, n) => (n % 2 ? [] : [data.subarray(edge, Math.max(edge, edges[n + 1]))]));
    const content = decoded(joined(around));
    const bundle = new Reader(content).whole();
    need(`${canonical(bundle)}\n` === content, "Tệp không giữ nguyên từng ký tự của bản công bố");
    return [bundle, spans];
  }

  function sealOf(bundle, data, spans, tell) {
    const rest = canonical(new Map([...bundle].filter(([key]) => key !== "digest"))).split('"cells":[]');
    if (rest.length !== spans.length + 1) throw new Unreadable();
    const seal = new Seal();
    const utf8 = new TextEncoder();
    seal.update(utf8.encode(rest[0]));
    spans.forEach(([start, end], n) => {
      const cells = data.subarray(start - MARK.length, end + 1);
      seal.update(cells, (at) => tell((start + at) / data.length));
      seal.update(utf8.encode(rest[n + 1]));
    });
    return seal.hex();
  }

  globalThis.frozenFile = { Illegal, Unreadable, need, byPoints, canonical, shown, apart, sealOf, cellsOf };
  // A Worker begins here and is told where verify.js lies: its address has the mark of its contents.
  if (globalThis.importScripts) addEventListener("message", ({ data }) => importScripts(data), { once: true });
})();
