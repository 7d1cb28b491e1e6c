// Draws the bot's structured payloads: document_checklist, summary, booking_card (and slot_calendar:
// calendar.js). Each drawer gets the payload and `chat`: press(id, title, group), print(element),
// announce(text), notice(key), file(code), save(blob, name).

import { slotCalendar } from "./calendar.js";
import { h, named, pieces } from "./dom.js";
import { label, plain } from "./labels.js";
import { picture } from "./picture.js";

const DRAWN = { slot_calendar: slotCalendar, document_checklist: checklist, summary, booking_card: bookingCard };

export const isDrawn = card => card?.type in DRAWN;

export const draw = (card, chat) => DRAWN[card.type](card, chat);

// The ids of everything that a card offers.
export const idsIn = node => (node && typeof node === "object"
  ? [node.id, ...Object.values(node).flatMap(idsIn)].filter(Boolean) : []);

// What the message still has to say in words when its card is drawn below it.
export function leadOf(text, card) {
  const all = text.split("\n");
  const isItem = line => line.startsWith("・");
  if (card.type === "slot_calendar") return all.filter(line => !isItem(line)).join("\n");
  if (card.type === "document_checklist") return [all[0], ...all.slice(all.map(isItem).lastIndexOf(true) + 1 || all.length)].join("\n");
  return card.type === "summary" ? all[0] : all[0].match(/^[^。]*。?/)[0];
}

// ── document_checklist ────────────────────────────────────────────────────────────────────────

const isPin = item => item.id.startsWith("pin_") && item.id !== "pin_reset_extra";

function checklist(card, chat) {
  const groups = shared(card.people);
  const box = h("div", { role: "group", class: "card checklist", "aria-label": plain("bring") },
    people(groups),
    h("div", { class: "row" }, tools(() => box, asText(groups), chat)));
  return box;
}

// What several bring stands once, under the names of those who do: [{name, items}], name null where
// there is one person.
function shared(list) {
  const groups = new Map();
  const same = (one, other) => one.id === other.id && one.waived === other.waived;
  for (const item of list.flatMap(({ items }) => items).filter((each, i, all) => all.findIndex(other => same(each, other)) === i)) {
    const names = list.filter(({ items }) => items.some(each => same(each, item))).map(each => each.name);
    const name = list.length > 1 && names.length === list.length ? plain("everybody") : names.join("・") || null;
    groups.set(name, [...(groups.get(name) ?? []), item]);
  }
  return [...groups].map(([name, items]) => ({ name, items }));
}

function people(groups) {
  return h("div", { class: "people" }, groups.map(({ name, items }) => {
    const pins = items.filter(isPin);
    const things = items.filter(item => !isPin(item));
    return h("div", { class: "person" },
      name && h("h3", {}, name),
      things.length ? group(name ? "h4" : "h3", "bring", things) : null,
      pins.length ? group(name ? "h4" : "h3", "pins", pins, h("p", { class: "note" }, label("pins_note"))) : null);
  }));
}

function group(heading, key, items, note = null) {
  return h("div", {},
    label(key, heading),
    note,
    h("ul", {}, items.map(item => h("li", {},
      h("label", {},
        h("input", { type: "checkbox" }),
        h("span", {},
          h("span", { class: "thing" }, named(item.label)),
          item.waived ? h("em", {}, label("waived")) : null,
          !item.waived && item.may_be_left_out
            ? h("small", {}, `${item.may_be_left_out}は省けます`) : null,
          item.reason ? h("small", {}, item.reason) : null))))));
}

function tools(target, text, chat) {
  return [
    h("button", { type: "button", class: "plain", click: () => chat.print(target()) }, label("print")),
    h("button", { type: "button", class: "plain", click: () => copy(text, chat) }, label("copy")),
  ];
}

const asText = groups => groups.flatMap(({ name, items }) => [
  ...(name ? [name] : []),
  ...items.map(item => `・${item.label}${item.waived ? `（${plain("waived")}）` : ""}`),
]).join("\n");

async function copy(text, chat) {
  try {
    await navigator.clipboard.writeText(text);
    chat.notice("copied");
  } catch {
    chat.notice("not_copied");
  }
}

// Values in a line, each whole where it fits; what stands in brackets belongs to the one before.
const inARow = values => values.map((value, i) =>
  h("span", { class: "whole" }, pieces(/^[^（]/.test(values[i + 1] ?? "") ? `${value}、` : value)));

// ── summary ───────────────────────────────────────────────────────────────────────────────────

function summary(card, chat) {
  const press = ({ id, title }) => () => chat.press(id, title, box);
  const box = h("div", { role: "group", class: "card summary", "aria-label": plain("summary") },
    h("dl", {}, card.rows.map(({ label: name, values, change }) => h("div", {},
      h("dt", {}, name),
      h("dd", {}, inARow(values)),
      change && h("dd", { class: "change" }, h("button", {
        type: "button", class: "plain", "data-title": change.title, "aria-label": change.title, click: press(change),
      }, label("change")))))),
    h("div", { class: "primary" }, h("button", {
      type: "button", class: "choice filled", "data-title": card.primary.title, click: press(card.primary),
    }, card.primary.title)));
  return box;
}

// ── booking_card ──────────────────────────────────────────────────────────────────────────────

function bookingCard(card, chat) {
  const file = chat.file(card.code);
  const groups = shared(card.people);
  const facts = [
    ["when", `${card.day}${card.time}${card.spread ? `（${card.spread}）` : ""}`],
    ["where", [card.counter_label, card.address].filter(Boolean).join(" ")],
    ["names", card.names.join("、")], ["code", card.code],
  ].filter(([, value]) => value);
  const whole = [...facts.map(([key, value]) => `${plain(key)}：${value}`), asText(groups)].join("\n");
  const drawn = () => picture([
    { text: plain("booking"), size: 28 },
    { text: card.day, size: 44, bold: true }, { text: card.time, size: 64, bold: true },
    ...facts.slice(1).flatMap(([key, value]) => [{ text: plain(key), size: 24, soft: true }, { text: value, size: 34, bold: true }]),
    { text: plain("bring"), size: 24, soft: true },
    ...asText(groups).split("\n").map(text => ({ text, size: 30 })),
  ]);
  const actions = h("div", { class: "row" }, (card.actions ?? []).map(({ id, title }) => h("button", {
    type: "button", class: "choice small", click: () => chat.press(id, title, actions),
  }, title)));
  const box = h("div", {
    role: "group", class: "card booking", "aria-label": plain("booking"),
    "data-code": card.code, "data-what": `${card.when} ${card.counter_label}`,
  },
    h("p", { class: "visit" }, h("span", { class: "line" }, card.day), h("strong", {}, card.time),
      card.spread ? h("span", { class: "line" }, card.spread) : null),
    h("dl", {},
      h("dt", {}, label("where")),
      h("dd", {}, card.counter_label,
        card.address ? h("span", { class: "line" }, card.address) : null,
        card.map_url ? h("a", { class: "line", href: card.map_url, rel: "noopener", target: "_blank" }, label("map")) : null),
      card.names.length ? [h("dt", {}, label("names")), h("dd", {}, inARow(card.names))] : null,
      h("dt", {}, label("code")), h("dd", { class: "code" }, card.code),
      groups.flatMap(({ name, items }) => [["bring", items.filter(item => !isPin(item))], ["pins_short", items.filter(isPin)]]
        .filter(([, some]) => some.length).flatMap(([key, some]) => [
          h("dt", {}, label(key)),
          h("dd", { class: "things" }, name && h("span", { class: "line" }, name),
            some.map(item => h("span", { class: "line" }, named(item.label), item.waived ? h("em", {}, label("waived")) : null)))]))),
    h("div", { class: "row" },
      h("a", { class: "plain file", href: file.url, download: "visit.ics", click: file.click }, label("calendar_file")),
      h("button", { type: "button", class: "plain", click: async () => chat.save(await drawn(), `${card.code}.png`) }, label("picture")),
      navigator.share && h("button", { type: "button", class: "plain", click: () => share(whole, drawn, card.code) }, label("share")),
      tools(() => box, whole, chat)),
    actions);
  return box;
}

async function share(text, drawn, code) {
  const files = [new File([await drawn()], `${code}.png`, { type: "image/png" })];
  try {
    await navigator.share(navigator.canShare?.({ files }) ? { text, files } : { text });
  } catch {
    // Somebody changed their mind: nothing is lost.
  }
}
