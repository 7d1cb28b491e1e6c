// <renewal-chat>: the chat on a city's page.
//
//   <script type="module" src="https://…/chat/renewal-chat.js" data-title="…" data-colour="#0017c1"
//           data-open="true" data-origin="https://…" data-lang="ja" data-furigana="on"></script>
//
// or, where it stands in a certain place, as <renewal-chat data-title="…"></renewal-chat>.
//
// Elements with data-renewal-chat-open open the panel. Without JavaScript they stay plain links.

import { draw, idsIn, isDrawn, leadOf } from "./cards.js";
import city from "./city.js";
import { Conversation, Failure, newId } from "./conversation.js";
import { h, icon, lines, phone, unseen } from "./dom.js";
import { label, plain, showFurigana } from "./labels.js";
import { sheet, printOnly } from "./style.js";

const LONGEST = 1000;
const SLOW = 2500; // milliseconds
const HELLO = { id: "hello-first", text: "こんにちは" }; // one id, so that two tabs greet once
const SPEECH = "M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z";
const CROSS = "M6 6l12 12M18 6L6 18";
const BARS = "M5 7h14M5 12h14M5 17h14";
const DOWN = "M6 9l6 6 6-6";
const BACK = "M15 6l-6 6 6 6";
const HANDSET = "M7 3h3l2 5-3 2a11 11 0 0 0 5 5l2-3 5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 4 6a3 3 0 0 1 3-3z";

// What a question may expect: the keys that the field then offers, and an example of its own.
const FIELDS = {
  date: {},
  birthday: { autocomplete: "bday" },
  visit: {},
  name: { autocomplete: "name" },
  phone: { inputmode: "tel", autocomplete: "tel" },
  code: { autocapitalize: "characters" },
  digits: { inputmode: "numeric" },
};
const USUAL = { inputmode: "text", autocomplete: "off", autocapitalize: "none" };

class RenewalChat extends HTMLElement {
  #conversation;
  #count = 0; // messages shown that the server has, both sides
  #cards = []; // bookings' cards, in the order in which they were shown
  #sending = Promise.resolve();
  #started = false;
  #tabs = null;
  #unsent = new Set(); // what to do again once there is a connection
  #expected = null; // what the latest question wants written
  #converting = false;

  connectedCallback() {
    if (this.shadowRoot) return;
    this.#conversation = new Conversation(this.dataset.origin ?? import.meta.url);
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
    if (isReadable(this.dataset.colour)) this.style.setProperty("--renewal-chat-colour", this.dataset.colour);
    this.#build();
    this.#prefer("furigana", (kept("furigana") ?? this.dataset.furigana) === "on");
    this.#prefer("large", kept("large") === "on");
    const contrast = kept("contrast");
    this.#prefer("contrast", contrast ? contrast === "on" : matchMedia("(prefers-contrast: more)").matches);
    document.addEventListener("click", event => {
      if (event.target.closest?.("[data-renewal-chat-open]")) {
        event.preventDefault();
        this.open(event.target.closest("a, button"));
      }
    });
    addEventListener("offline", () => this.#showOffline());
    addEventListener("online", () => {
      this.#showOffline();
      for (const again of [...this.#unsent]) again();
    });
    // A keyboard on the screen leaves less room: the whole panel stays in view above it.
    for (const kind of ["resize", "scroll"]) visualViewport?.addEventListener(kind, () => this.#fitScreen());
    if (this.dataset.open === "true" || kept("open", "sessionStorage")) this.open();
  }

  // ── The parts ───────────────────────────────────────────────────────────────────────────────

  #build() {
    this.launcher = h("button", { type: "button", class: "launcher", click: () => this.open() },
      icon(SPEECH), label("launcher"), this.dot = h("span", { class: "dot", hidden: true }, unseen(plain("unread"))));
    this.log = h("div", {
      class: "log", role: "log", "aria-live": "off", tabindex: "0", "aria-label": plain("log"),
      scroll: () => this.#showMore(),
    });
    this.more = h("button", { type: "button", class: "more", hidden: true, click: () => this.#scrollOn() }, label("more"), icon(DOWN));
    this.live = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.bell = h("div", { class: "unseen", role: "status", "aria-live": "polite" });
    this.typing = h("span", { class: "typing", "aria-hidden": "true" },
      h("span", { class: "dots" }, h("i"), h("i"), h("i")), label("typing"));
    this.banner = h("p", { class: "banner", role: "status" });
    this.input = h("textarea", {
      id: "text", rows: "1", enterkeyhint: "send", "aria-describedby": "hint warning", ...USUAL,
      keydown: event => this.#key(event), input: () => this.#fit(),
    });
    this.hint = h("span", { id: "hint" }, label("hint"));
    this.desk = h("span", {}, city.hours);
    this.left = h("span", { class: "left", role: "status" });
    this.dialog = h("dialog", {
      "aria-labelledby": "title",
      // A phone's own way back comes without a key.
      cancel: event => { event.preventDefault(); if (!this.#converting) this.#leave(); },
      close: () => this.#closed(),
      keydown: event => this.#escape(event),
      click: event => this.#beside(event),
    }, h("div", { class: "panel" },
      h("div", { class: "top" },
        h("div", { class: "heading" },
          this.heading = this.dataset.title
            ? h("h2", { id: "title", tabindex: "-1" }, this.dataset.title)
            : label("title", "h2", { id: "title", tabindex: "-1" }),
          h("p", {}, city.city, " ", label("subtitle"))),
        h("a", { class: "icon call", href: `tel:${city.phone}`, "aria-label": `${plain("phone")} ${city.phone}` }, icon(HANDSET)),
        this.menuButton = h("button", {
          type: "button", class: "icon", "aria-expanded": "false", "aria-controls": "menu",
          "aria-label": plain("menu"), click: () => this.#toggleMenu(),
        }, icon(BARS)),
        h("button", { type: "button", class: "icon", "aria-label": plain("close"), click: () => this.close() }, icon(CROSS)),
        this.menu = h("div", { class: "menu", id: "menu", hidden: true },
          this.#switch("large"), this.#switch("contrast"), this.#switch("furigana"),
          h("button", { type: "button", click: () => this.#fromMenu(() => this.say("最初から")) }, label("restart")),
          h("button", { type: "button", click: () => this.#fromMenu(() => this.#print(this.log)) }, label("print_talk")),
          h("button", { type: "button", click: () => this.#fromMenu(() => this.#askDelete()) }, label("delete")))),
      h("p", { class: "contact" }, label("phone"), " ", phone(city.phone), " ", this.desk),
      h("div", { class: "talk" }, this.log, this.more),
      this.banner,
      h("form", { submit: event => { event.preventDefault(); this.#submit(); } },
        label("message", "label", { for: "text", class: "unseen" }),
        h("p", { class: "hint above" }, this.hint, this.typing),
        h("div", { class: "field" }, this.input,
          h("button", { class: "send" }, label("send"))),
        h("p", { class: "hint" }, label("warning", "span", { id: "warning" }), " ", this.left)),
      this.live));
    this.paper = h("div", { class: "paper" });
    this.shadowRoot.append(this.launcher, this.bell, this.dialog, this.paper);
    for (const part of this.shadowRoot.children) part.lang = this.dataset.lang ?? "ja";
  }

  // A button of the menu that is on or off, and stays so on this person's device.
  #switch(name) {
    return h("button", {
      type: "button", "aria-pressed": "false", "data-switch": name,
      click: ({ currentTarget }) => {
        const on = currentTarget.getAttribute("aria-pressed") !== "true";
        this.#prefer(name, on);
        keep(name, on ? "on" : "off");
      },
    }, label(name));
  }

  #prefer(name, on) {
    this.menu.querySelector(`[data-switch="${name}"]`).setAttribute("aria-pressed", String(on));
    this.dataset[name] = on ? "on" : "off";
    if (name === "furigana") showFurigana(on, this.shadowRoot);
    this.#showMore();
  }

  // ── Opening and closing ─────────────────────────────────────────────────────────────────────

  get isOpen() { return this.dialog.open; }

  open(from = this.launcher) {
    if (this.isOpen) return;
    this.from = from;
    // A phone's screen is all panel: what lies behind it is out of reach then.
    if (matchMedia("(max-width: 40rem), (max-height: 30rem)").matches) this.dialog.showModal();
    else this.dialog.show();
    keep("open", "yes", "sessionStorage");
    this.launcher.hidden = true;
    this.dot.hidden = true;
    this.bell.replaceChildren();
    this.#fitScreen();
    if (matchMedia("(pointer: fine)").matches) this.input.focus();
    else this.heading.focus();
    this.#showOffline();
    this.#showMore();
    if (!this.#started) this.#start();
  }

  #fitScreen() {
    const view = this.dialog.matches(":modal") && visualViewport?.scale === 1 ? visualViewport : null;
    this.dialog.style.height = view ? `${view.height}px` : "";
    this.dialog.style.top = view ? `${view.offsetTop}px` : "";
    this.#showMore();
  }

  close() {
    if (!this.isOpen) return;
    this.dialog.close();
    this.#closed();
  }

  // However it came to be closed: a browser may do that by itself.
  #closed() {
    if (this.isOpen || !this.launcher.hidden) return;
    keep("open", "", "sessionStorage");
    this.#toggleMenu(false);
    this.launcher.hidden = false;
    (this.from.isConnected ? this.from : this.launcher).focus();
  }

  // Esc ends a conversion, then closes the menu, then the panel. (Safari ends the conversion before
  // the key: then only the old key code tells.)
  #escape(event) {
    this.#converting = event.isComposing || event.keyCode === 229;
    if (event.key !== "Escape" || this.#converting) return;
    event.preventDefault();
    this.#leave();
  }

  #leave() {
    if (this.menu.hidden) return this.close();
    this.#toggleMenu(false);
    this.menuButton.focus();
  }

  #beside({ target }) {
    if (!this.menu.hidden && !this.menu.contains(target) && !this.menuButton.contains(target)) this.#toggleMenu(false);
  }

  #toggleMenu(open = this.menu.hidden) {
    this.menu.hidden = !open;
    this.menuButton.setAttribute("aria-expanded", String(open));
  }

  #fromMenu(action) {
    this.#toggleMenu(false);
    this.menuButton.focus();
    action();
  }

  // ── The conversation ────────────────────────────────────────────────────────────────────────

  async #start() {
    this.#started = true;
    this.#busy(true);
    try {
      const said = await this.#load();
      if (!said) await this.#deliver({ ...HELLO });
      this.#listenToTabs();
    } catch {
      this.#started = false;
      const again = () => {
        this.#unsent.delete(again);
        note.remove();
        this.#start();
      };
      const note = h("div", { class: "note" }, h("p", {}, label("no_server")),
        h("button", {
          type: "button", class: "choice", click: () => { this.input.focus(); again(); },
        }, label("reconnect")));
      this.#unsent.add(again);
      this.#say(note);
      this.#announce(plain("no_server"));
    } finally {
      this.#busy(false);
    }
  }

  // Shows what the server has and this tab does not, without reading it aloud; returns how much
  // was said in all. What is on the screen stays as it is: ticks, the calendar's week, the focus.
  async #load() {
    const { messages, first = 0, ended, desk } = await this.#conversation.open();
    this.desk.replaceChildren(desk || city.hours);
    const said = first + messages.length;
    if (ended || said < this.#count || (this.#count && this.#count < first)) this.#clear();
    if (this.#count < first) {
      this.#count = first;
      this.#offerEarlier(first);
    }
    for (const message of messages.slice(this.#count - first)) {
      this.#count += 1;
      if (message.who !== "me") this.#answer(message);
      else {
        this.#use(message.text); // an old button is spent in every tab, and after a reload
        if (!this.#arrived(message.id)) this.#mine(message);
      }
    }
    if (ended) {
      this.#use();
      this.#say(h("p", { class: "note" }, label("ended")));
    }
    return said;
  }

  // The server gives the latest messages; those before them when somebody asks.
  #offerEarlier(first) {
    this.log.prepend(h("div", { class: "note earlier" }, h("button", {
      type: "button", class: "choice small", click: event => this.#showEarlier(event.currentTarget, first),
    }, label("earlier"))));
  }

  async #showEarlier(button, before) {
    let page;
    try {
      page = await this.#conversation.open({ before });
    } catch (failure) {
      this.#announce(failure.say ?? plain("failed"));
      return;
    }
    const shown = [...this.log.childNodes].filter(each => each !== button.closest(".earlier"));
    this.log.replaceChildren();
    const newer = this.#cards;
    this.#cards = [];
    const expected = this.#expected;
    for (const message of page.messages) {
      if (message.who !== "me") this.#answer(message);
      else {
        this.#use(message.text);
        this.#mine(message);
      }
    }
    this.#use();
    this.#expect(expected);
    const top = this.log.firstElementChild;
    this.log.append(...shown);
    this.#cards.push(...newer);
    for (const card of new Map(this.#cards.map(each => [each.code, each])).values()) this.#outdate(card);
    if (page.first) this.#offerEarlier(page.first);
    top?.setAttribute("tabindex", "-1");
    top?.focus();
    this.log.scrollTop = 0;
  }

  // Whether a message that seemed lost is on the screen: it has come through after all.
  #arrived(id) {
    const bubble = [...this.log.querySelectorAll(".failed")].find(each => each.dataset.id === id);
    if (!bubble) return false;
    bubble.classList.remove("failed");
    for (const part of [...this.log.children].filter(each => each.dataset.of === id)) part.remove();
    return true;
  }

  #clear() {
    this.log.replaceChildren();
    this.#unsent.clear();
    this.#count = 0;
    this.#cards = [];
  }

  // Other tabs of this browser show the same conversation.
  #listenToTabs() {
    if (this.#tabs || !("BroadcastChannel" in window)) return;
    this.#tabs = new BroadcastChannel("renewal-chat");
    this.#tabs.onmessage = () => { this.#sending = this.#sending.then(() => this.#load()).catch(() => {}); };
  }

  #submit() {
    const text = this.input.value.trim();
    if (!text || this.#tooLong()) return this.input.focus();
    this.input.value = "";
    this.#fit();
    const meant = this.#numbered(text);
    if (meant) meant.click();
    else this.say(text);
  }

  // A number that is typed where something can be chosen is the button in that place. Where figures
  // are an answer themselves (a date, a time, how many) it is just that.
  #numbered(text) {
    const typed = text.normalize("NFKC");
    if (this.#expected || !/^\d{1,2}$/.test(typed)) return null;
    const latest = [...this.log.querySelectorAll(".turn.bot")].at(-1);
    const offered = [...latest?.querySelectorAll(".choice:not([aria-disabled=true])") ?? []];
    return offered.some(each => /^\d/.test(each.textContent)) ? null : offered[Number(typed) - 1];
  }

  say(text) {
    this.#use(text);
    const message = { id: newId(), text };
    this.#queue(message, this.#mine(message));
  }

  press(button, title, group) {
    if (group?.dataset.used) return;
    this.#use(title);
    const id = newId();
    this.#queue({ id, button }, this.#mine({ id, text: title }));
  }

  #queue(message, bubble) {
    this.#sending = this.#sending.then(() => this.#deliver(message, bubble));
  }

  async #deliver(message, bubble) {
    this.#busy(true);
    this.live.replaceChildren();
    message.answers ??= []; // what is shown of them
    let topic;
    try {
      const { kept, text } = await this.#conversation.send(message, answer => {
        topic = answer.topic;
        this.#busy(true);
        message.answers.push(this.#answer(answer));
        this.#read(answer);
      });
      if (kept) this.#count += message.answers.length + (bubble ? 1 : 0);
      bubble?.classList.remove("failed");
      if (topic) this.#askWhetherItHelped(topic, message.answers.at(-1));
      // What nobody should have written is masked here as well.
      if (bubble && text) bubble.querySelector(".text").textContent = text;
      this.#tabs?.postMessage("said");
    } catch (failure) {
      if (!bubble) throw failure;
      this.#failed(message, bubble, failure);
    } finally {
      this.#busy(false);
    }
  }

  // One line below an answer that nothing follows: yes or no, and why for whoever wants to tell.
  #askWhetherItHelped(topic, turn) {
    const given = { id: newId(), topic };
    const tell = more => this.#conversation.opinion(Object.assign(given, more)).catch(() => {});
    const why = h("input", {
      maxlength: "100", autocomplete: "off", "aria-label": plain("helpful_why"), placeholder: plain("helpful_why"),
      keydown: event => { if (isEnter(event)) why.nextSibling.click(); },
    });
    const thanks = label("helpful_thanks", "p", { tabindex: "-1" });
    const answer = (key, helpful) => h("button", {
      type: "button", class: "plain",
      click: () => {
        tell({ helpful });
        box.classList.add("given");
        box.replaceChildren(thanks, why, h("button", {
          type: "button", class: "plain",
          click: () => {
            if (why.value.trim()) tell({ why: why.value });
            box.replaceChildren(thanks);
            thanks.focus();
          },
        }, label("send")));
        thanks.focus();
        this.#showMore();
      },
    }, label(key));
    const box = h("div", { class: "opinion", role: "group", "aria-label": plain("helpful") },
      label("helpful"), answer("yes", true), answer("no", false));
    turn.append(box);
    this.#showMore();
  }

  #failed(message, bubble, failure) {
    if (failure.error === "ended") return this.#over(message, bubble);
    bubble.classList.add("failed");
    // The server's apology stays for as long as the message has no other answer.
    const words = failure.error !== "failed" && (failure.say ?? plain(navigator.onLine ? "failed" : "waits"));
    const note = h("div", { class: "note" }, words && h("p", {}, words),
      h("button", { type: "button", class: "choice small", click: again }, label("retry")));
    const chat = this;
    const last = failure.error === "failed" ? message.answers.at(-1) : bubble;
    last.after(note);
    for (const part of [note, ...message.answers]) part.dataset.of = message.id;
    this.#scroll();
    if (words) this.#announce(words);
    if (failure.error === "offline") this.#unsent.add(again);

    function again() {
      chat.#unsent.delete(again);
      const held = note.contains(chat.shadowRoot.activeElement);
      note.remove();
      for (const answer of failure.error === "failed" ? message.answers.splice(0) : []) answer.remove();
      if (held) chat.input.focus();
      chat.#queue(message, bubble);
    }
  }

  // The ticket is no longer good: the talk is over. What was written waits in the field of the new.
  #over(message, bubble) {
    const note = h("div", { class: "note" }, h("p", {}, label("ended")),
      h("button", {
        type: "button", class: "choice small",
        click: () => {
          this.#clear();
          this.input.value ||= message.text ?? "";
          this.#fit();
          this.input.focus();
          this.#start();
        },
      }, label("begin_anew")));
    bubble.classList.add("failed");
    bubble.after(note);
    this.#scroll();
    this.#announce(plain("ended"));
  }

  #askDelete() {
    const note = h("div", { class: "note" }, h("p", {}, label("delete_question")),
      h("div", { class: "choices" },
        h("button", { type: "button", class: "choice small", click: () => this.#delete(note) }, label("delete_yes")),
        h("button", { type: "button", class: "choice small", click: () => { note.remove(); this.menuButton.focus(); } }, label("delete_no"))));
    this.#say(note);
    note.querySelector("button").focus();
    this.#announce(plain("delete_question"));
  }

  async #delete(note) {
    try {
      await this.#sending;
      await this.#conversation.delete();
    } catch (failure) {
      note.querySelector("p").textContent = failure.say ?? plain("failed");
      this.#announce(failure.say ?? plain("failed"));
      return;
    }
    this.#clear();
    this.#say(h("p", { class: "note" }, label("deleted")));
    this.#announce(plain("deleted"));
    this.input.focus();
    await this.#start();
    this.#tabs?.postMessage("deleted");
  }

  // ── What is shown ───────────────────────────────────────────────────────────────────────────

  #mine({ id, text, time }) {
    this.#expect(null);
    const bubble = h("div", { class: "turn me", "data-id": id },
      h("div", { class: "bubble" }, unseen(`${plain("me")}：`), h("span", { class: "text" }, text), clock(time)));
    this.#say(bubble);
    return bubble;
  }

  #answer({ text, buttons = [], card, back, left, expects = null, time }) {
    const drawn = isDrawn(card);
    const words = drawn ? leadOf(text, card) : text;
    const turn = h("div", { class: "turn bot" },
      words && h("div", { class: "bubble" }, unseen(`${plain("bot")}：`), lines(words), clock(time)));
    if (drawn) turn.append(draw(card, this.#helper()));
    // What a card offers itself is not offered twice.
    const offered = drawn ? idsIn(card) : [];
    const choices = buttons.filter(each => !offered.includes(each.id));
    if (choices.length || left !== undefined) {
      const group = h("div", { class: "choices", role: "group", "aria-label": plain("choices") });
      const button = ({ id, title }, kind, ...inside) => h("button", {
        type: "button", class: kind, "data-title": title, click: () => this.press(id, title, group),
      }, ...inside, title);
      group.append(...choices.map(each => button(each, "choice")));
      if (back || left !== undefined) group.append(h("div", { class: "step-back" }, back && button(back, "back", icon(BACK)), wayLeft(left)));
      turn.append(group);
    }
    if (expects || left !== undefined) this.#expect(expects);
    if (card) this.#outdate(card);
    if (card?.code) this.#cards.push(card);
    this.#say(turn);
    if (!this.isOpen) {
      this.dot.hidden = false;
      this.bell.replaceChildren(plain("unread"));
    }
    return turn;
  }

  // Makes the field the question's own: its keys, what the browser may fill in, an example.
  #expect(kind) {
    this.#expected = kind;
    for (const [name, value] of Object.entries({ ...USUAL, ...FIELDS[kind] })) this.input.setAttribute(name, value);
    this.hint.replaceChildren(label(kind in FIELDS ? `hint_${kind}` : "hint"));
  }

  // A booking that is another one now, or none, says so on the cards that it had before.
  #outdate({ type, code, when, counter_label }) {
    const now = { booking_card: "changed", booking_cancelled: "cancelled" }[type];
    for (const old of now ? this.log.querySelectorAll(".booking:not(.past)") : []) {
      if (old.dataset.code !== code || old.dataset.what === `${when} ${counter_label}`) continue;
      old.classList.add("past", now);
      old.prepend(label(now, "p", { class: "state" }));
      old.querySelectorAll(".row").forEach(each => each.remove());
    }
  }

  #helper() {
    return {
      press: (id, title, group) => this.press(id, title, group),
      say: text => this.say(text),
      disable: group => this.#disable(group),
      isNarrow: () => this.dialog.clientWidth < 16 * parseFloat(getComputedStyle(this.dialog).fontSize),
      print: element => this.#print(element),
      announce: text => this.#announce(text),
      notice: key => this.#notice(key),
      file: code => {
        const { url, byToken } = this.#conversation.calendarFile(code);
        return { url, click: byToken ? event => this.#download(event, code) : null };
      },
      save,
    };
  }

  async #download(event, code) {
    event.preventDefault();
    save(await this.#conversation.calendarBlob(code), "visit.ics");
  }

  #say(element) {
    this.log.append(element);
    this.#scroll();
  }

  // The latest words of the person stay in view while a long answer comes in below, unless the
  // answer would just fit without them.
  #scroll() {
    const mine = [...this.log.querySelectorAll(".me")].at(-1);
    const end = this.log.scrollHeight - this.log.clientHeight;
    const top = mine ? mine.offsetTop - 8 : 0;
    this.log.scrollTop = end - top < (mine?.offsetHeight ?? 0) + 16 ? end : top;
    this.#showMore();
  }

  // Says that there is more below; a calendar or a card is often longer than a screen.
  #showMore() {
    const below = this.log.scrollHeight - this.log.clientHeight - this.log.scrollTop;
    const hidden = below < 24;
    if (hidden && this.shadowRoot.activeElement === this.more) this.log.focus();
    this.more.hidden = hidden;
  }

  #scrollOn() {
    this.log.scrollTop += this.log.clientHeight * 0.8;
  }

  // What was offered before the latest message is no longer offered; a booking's card stays. What
  // was said may be one of the buttons.
  #use(said) {
    for (const group of this.log.querySelectorAll(".choices, .calendar, .summary")) {
      if (!group.dataset.used && !group.closest(".note, .booking")) this.#disable(group, said);
    }
    this.log.querySelectorAll(".opinion:not(.given, :focus-within)").forEach(each => each.remove());
  }

  #disable(group, said) {
    group.dataset.used = "true";
    for (const button of group.querySelectorAll("button")) {
      button.setAttribute("aria-disabled", "true");
      button.tabIndex = -1;
      if (button.dataset.title && button.dataset.title === said) button.classList.add("chosen");
    }
    group.fold?.(said);
  }

  #read({ text, buttons = [], back }) {
    const titles = [...buttons, ...(back ? [back] : [])].map(button => button.title).join("、");
    this.#announce(titles ? `${text} ${plain("choices")}：${titles}` : text);
  }

  // Each new text is put here once; a screen reader reads it out when it has time.
  #announce(text) {
    this.live.append(h("p", {}, text));
  }

  #notice(key) {
    this.banner.replaceChildren(label(key));
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => this.#showOffline(), 4000);
  }

  // Whoever hears nothing for a while is told so, with a number to call.
  #busy(on) {
    this.typing.classList.toggle("on", on);
    clearTimeout(this.slowTimer);
    if (this.banner.querySelector("[data-label=slow]")) this.#showOffline();
    if (on) this.slowTimer = setTimeout(() => this.banner.replaceChildren(label("slow"), " ", phone(city.phone)), SLOW);
  }

  #showOffline() {
    this.banner.replaceChildren(...(navigator.onLine ? [] : [label("offline")]));
  }

  // ── Writing ─────────────────────────────────────────────────────────────────────────────────

  #key(event) {
    if (event.shiftKey || !isEnter(event)) return;
    event.preventDefault();
    this.#submit();
  }

  #tooLong() { return [...this.input.value.trim()].length > LONGEST; }

  #fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight + 4}px`;
    const length = [...this.input.value.trim()].length;
    if (this.#tooLong()) this.left.replaceChildren(label("too_long"), ` ${length}/${LONGEST}`);
    else this.left.replaceChildren(length > LONGEST - 50 ? `${length}/${LONGEST}` : "");
  }

  // ── Paper ───────────────────────────────────────────────────────────────────────────────────

  // Prints this alone: the page around it is hidden for as long as that takes.
  #print(element) {
    const copy = element.cloneNode(true);
    copy.removeAttribute("tabindex");
    // A clone has the boxes, but not what was ticked in them.
    const ticked = [...element.querySelectorAll("input")].map(box => box.checked);
    copy.querySelectorAll("input").forEach((box, i) => { box.checked = ticked[i]; });
    this.paper.replaceChildren(
      h("h1", {}, `${city.city} ${plain("title")}`), copy,
      h("p", {}, `${city.name} ${city.phone}（${city.hours}）`));
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, printOnly];
    // Some phones go on at once and print later.
    addEventListener("afterprint", () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter(each => each !== printOnly);
      this.paper.replaceChildren();
    }, { once: true });
    print();
  }
}

function clock(time) {
  const at = time ? new Date(time) : new Date();
  return h("time", { class: "unseen", datetime: at.toISOString() },
    at.toLocaleTimeString("ja-JP", { hour: "numeric", minute: "2-digit" }));
}

// A colour is taken when white writing can be read on it (WCAG 1.4.3: 4.5 to 1).
function isReadable(colour) {
  if (!/^#[0-9a-f]{6}$/i.test(colour ?? "")) return false;
  const [r, g, b] = [1, 3, 5].map(i => parseInt(colour.slice(i, i + 2), 16) / 255)
    .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 1.05 / (0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05) >= 4.5;
}

// Enter also confirms a Japanese conversion: that is not yet a message.
const isEnter = event => event.key === "Enter" && !event.isComposing && event.keyCode !== 229;

// About how much is still asked, in words.
function wayLeft(n) {
  if (n === undefined) return null;
  return label(n > 9 ? "left_many" : n > 1 ? "left" : n ? "left_one" : "left_none", "span", { class: "way-left" }, { n });
}

// The browser's store is reached by its name inside: where it is refused, naming it throws already.
function kept(name, where = "localStorage") {
  try { return window[where].getItem(`renewal-chat-${name}`); } catch { return null; }
}

function keep(name, value, where = "localStorage") {
  try { window[where].setItem(`renewal-chat-${name}`, value); } catch { /* kept for this page only */ }
}

function save(blob, name) {
  const url = URL.createObjectURL(blob);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

customElements.define("renewal-chat", RenewalChat);

if (!document.querySelector("renewal-chat")) {
  const script = [...document.scripts].find(each => each.src === import.meta.url);
  const element = document.createElement("renewal-chat");
  Object.assign(element.dataset, script?.dataset);
  document.body.append(element);
}
