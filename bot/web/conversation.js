// Speaks with the server. A message keeps its id until its answer is complete, so that the server
// can tell a message that comes again from a new one.

const PATIENCE = 25_000; // milliseconds without a sign of life
const PAUSES = [0, 800, 2500]; // before each attempt

export class Failure extends Error {
  constructor({ error = "offline", say = null, wait = 0 } = {}) {
    super(error);
    this.error = error;
    this.say = say;
    this.wait = wait;
  }
}

export const newId = () =>
  [...crypto.getRandomValues(new Uint8Array(12))].map(b => b.toString(16).padStart(2, "0")).join("");

export class Conversation {
  #base;
  #foreign;
  #token = null;
  #isNew = false; // nothing has been said in it that was answered

  constructor(server) {
    this.#base = new URL("/webhooks/web/", server);
    this.#foreign = this.#base.origin !== location.origin;
  }

  // What was said lately, or before the message of that number: {messages, first, ended, desk}.
  // Begins a conversation where there is none.
  async open({ before, cookies = navigator.cookieEnabled } = {}) {
    const path = before ? `conversation?before=${before}` : "conversation";
    const { token, ...state } = await (await this.#request("POST", path, { cookies })).json();
    if (token) this.#keep(token);
    this.#isNew = !state.messages.length;
    return state;
  }

  async delete() {
    await this.#request("DELETE", "conversation");
    this.#keep("");
  }

  // Sends {id, text} or {id, button}; calls `answered` with each answer, once however often the
  // connection breaks or the message is sent again. Returns {kept, text}: whether the conversation
  // holds the message now, and as what text.
  async send(message, answered) {
    message.seen ??= 0;
    for (const [attempt, pause] of PAUSES.entries()) {
      await new Promise(done => setTimeout(done, pause));
      try {
        let count = 0;
        for await (const answer of this.#answers(message)) {
          if (answer.failed) message.seen = 0; // nothing was done: what is answered next is new
          if (answer.failed) throw new Failure({ error: "failed" });
          this.#isNew = false;
          if (answer.done) return answer;
          if (++count > message.seen) {
            message.seen = count;
            answered(answer);
          }
        }
        throw new Failure();
      } catch (failure) {
        const last = attempt === PAUSES.length - 1;
        if (failure.error === "ended" && this.#isNew && !last) {
          await this.open({ cookies: false }); // the cookie was refused without a word
          continue;
        }
        if (failure.error !== "offline" || last || !navigator.onLine) throw failure;
      }
    }
  }

  // Whether an answer helped; asked for once more with the reason, it is the same opinion.
  opinion(said) { return this.#request("POST", "opinion", said); }

  calendarFile(code) {
    const url = new URL("visit.ics", this.#base);
    url.searchParams.set("code", code);
    return { url: url.href, byToken: this.#foreign || Boolean(this.#token) };
  }

  // The file itself, where a link would carry no token.
  async calendarBlob(code) {
    const answer = await this.#request("GET", `visit.ics?code=${encodeURIComponent(code)}`);
    return answer.blob();
  }

  async *#answers({ id, text, button }) {
    const stop = new AbortController();
    let timer = setTimeout(() => stop.abort(), PATIENCE);
    try {
      const answer = await this.#request("POST", "message", { id, text, button }, stop.signal);
      const reader = answer.body.getReader();
      const decoder = new TextDecoder();
      let rest = "";
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(() => stop.abort(), PATIENCE);
        const found = (rest + decoder.decode(value, { stream: true })).split("\n");
        rest = found.pop();
        for (const line of found) if (line) yield JSON.parse(line);
      }
    } catch (error) {
      throw error instanceof Failure ? error : new Failure();
    } finally {
      clearTimeout(timer);
    }
  }

  async #request(method, path, body, signal) {
    const headers = {};
    if (body) headers["Content-Type"] = "application/json";
    const token = this.#foreign ? this.#kept() : this.#token;
    if (token) headers.Authorization = `Bearer ${token}`;
    let answer;
    try {
      answer = await fetch(new URL(path, this.#base), {
        method,
        headers,
        signal,
        body: body && JSON.stringify(body),
        credentials: this.#foreign ? "omit" : "same-origin",
      });
    } catch {
      throw new Failure();
    }
    if (answer.ok) return answer;
    const refusal = await answer.json().catch(() => ({}));
    throw new Failure(refusal.say ? refusal : {});
  }

  // A site of another origin keeps a token, so that a reload or a second tab goes on.
  #kept() {
    try {
      return localStorage.getItem(this.#key) ?? this.#token;
    } catch {
      return this.#token;
    }
  }

  #keep(token) {
    this.#token = token;
    if (!this.#foreign) return; // the cookie is what is kept
    try {
      localStorage.setItem(this.#key, token);
    } catch {
      // A browser that keeps nothing still talks, until the page is left.
    }
  }

  get #key() { return `renewal-chat ${this.#base.origin}`; }
}
