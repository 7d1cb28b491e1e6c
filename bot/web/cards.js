// Draws the bot's structured payloads: slot_calendar, document_checklist, booking_card.
// Each drawer gets the payload and `chat`: press(id, title), print(element), announce(text), file(code).

import { h, named, unseen } from "./dom.js";
import { label, plain } from "./labels.js";

const DRAWN = { slot_calendar: slotCalendar, document_checklist: checklist, booking_card: bookingCard };
const DAYS = "日月火水木金土";

export const isDrawn = card => card?.type in DRAWN;

export const draw = (card, chat) => DRAWN[card.type](card, chat);

// The ids of everything that a card offers.
export const idsIn = node => (node && typeof node === "object"
  ? [node.id, ...Object.values(node).flatMap(idsIn)].filter(Boolean) : []);

// What the message still has to say in words when its card is drawn below it.
export function leadOf(text, card) {
  const kept = text.split("\n").filter(line => !line.startsWith("・"));
  return card.type === "slot_calendar" ? kept.join("\n") : kept[0].match(/^[^。]*。?/)[0];
}

// ── slot_calendar ─────────────────────────────────────────────────────────────────────────────

function slotCalendar(card, chat) {
  const days = card.days.map(day => ({ ...day, on: new Date(`${day.date}T00:00Z`) }));
  const weeks = weeksOf(days);
  const slots = days.flatMap(day => day.slots.map(slot => ({ ...slot, day })));
  const next = slots.find(slot => slot.id && slot.id === card.next);
  const all = times(days);
  const state = {
    week: Math.max(0, weeks.findIndex(week => week.includes(next?.day))),
    part: all.length > 10 ? part(next?.label ?? all[0]) : null,
    list: false,
  };
  const body = h("div", { class: "calendar-body" });
  const title = h("span", { class: "calendar-week", "aria-live": "off" });
  const before = step("week_before", "‹", -1);
  const after = step("week_after", "›", 1);
  const later = h("p", { class: "note" }, label("later"));
  const view = h("button", { type: "button", class: "plain", click: toggleView });
  const box = h("div", { role: "group", class: "card calendar", "aria-label": card.counter_label },
    h("h3", {}, card.counter_label),
    next && h("button", { type: "button", class: "choice first", click: choose(next) },
      label("next_free"), h("strong", {}, `${next.day.label}${next.label}`)),
    h("div", { class: "calendar-head" }, before, title, after),
    body,
    later,
    h("p", { class: "note" }, label("legend")),
    h("div", { class: "row" }, view));
  render();
  return box;

  function step(key, sign, by) {
    return h("button", {
      type: "button", class: "step", "aria-label": plain(key),
      click: ({ currentTarget }) => {
        if (currentTarget.getAttribute("aria-disabled") !== "true") turn(by);
      },
    }, sign);
  }

  function turn(by) {
    state.week += by;
    render();
    chat.announce(title.textContent);
  }

  function toggleView() {
    state.list = !state.list;
    render();
  }

  function choose(slot) {
    return ({ currentTarget }) => {
      if (!box.dataset.used) currentTarget.classList.add("chosen");
      chat.press(slot.id, `${slot.day.label}${slot.label}`, box);
    };
  }

  function render() {
    const week = weeks[state.week];
    title.textContent = `${short(week[0])}〜${short(week.at(-1))}`;
    before.setAttribute("aria-disabled", state.week === 0);
    after.setAttribute("aria-disabled", state.week === weeks.length - 1);
    later.hidden = state.week < weeks.length - 1;
    view.replaceChildren(label(state.list ? "as_table" : "as_list"));
    body.replaceChildren(...(state.list ? list(week) : table(week)));
    if (box.dataset.used) chat.disable(box);
  }

  function list(week) {
    const open = week.filter(day => day.slots.some(slot => slot.id));
    if (!open.length) return [h("p", {}, label("none_free"))];
    return open.map(day => h("div", {},
      h("h4", {}, day.label),
      h("div", { class: "choices" }, day.slots.filter(slot => slot.id).map(slot =>
        h("button", { type: "button", class: "choice small", click: choose({ ...slot, day }) },
          slot.label, slot.mark === "△" ? h("span", { class: "few" }, " △") : null)))));
  }

  function table(week) {
    const rows = times(week).filter(time => !state.part || part(time) === state.part);
    const parts = [...new Set(all.map(part))];
    const grid = h("table", { keydown: move },
      h("caption", { class: "unseen" }, `${card.counter_label} ${title.textContent}。${plain("keys")}`),
      h("thead", {}, h("tr", {},
        h("th", { scope: "col" }, unseen(plain("time"))),
        week.map(head))),
      h("tbody", {}, rows.map(time => h("tr", {},
        h("th", { scope: "row" }, time),
        week.map(day => cell(day, time))))));
    const first = [...grid.querySelectorAll("button")].find(each => each.dataset.id === card.next)
      ?? grid.querySelector("button");
    if (first) first.tabIndex = 0;
    return [
      state.part && h("div", { class: "parts", role: "group", "aria-label": plain("time") },
        parts.map(each => h("button", {
          type: "button", "aria-pressed": String(each === state.part),
          click: () => {
            state.part = each;
            render();
            body.querySelector('[aria-pressed="true"]').focus();
          },
        }, label(each)))),
      rows.length ? grid : h("p", {}, label("none_free")),
    ].filter(Boolean);
  }

  function head(day) {
    const kind = day.holiday || day.on.getUTCDay() === 0 ? "rest" : day.on.getUTCDay() === 6 ? "saturday" : null;
    return h("th", { scope: "col", class: kind },
      h("span", { class: "day" }, `${day.on.getUTCMonth() + 1}/${day.on.getUTCDate()}`),
      h("span", {}, DAYS[day.on.getUTCDay()], day.holiday ? "祝" : null),
      day.holiday ? unseen(day.holiday) : null);
  }

  function cell(day, time) {
    const slot = day.slots.find(each => each.label === time);
    if (!slot) return h("td", { class: "none" }, day.closed ? "休" : h("span", { "aria-hidden": "true" }, "－"));
    const said = `${day.label} ${time} `;
    if (!slot.id) return h("td", { class: "full" }, h("span", { "aria-hidden": "true" }, slot.mark), unseen(`${said}満席`));
    return h("td", {}, h("button", {
      type: "button", tabindex: "-1", class: slot.mark === "△" ? "few" : null, "data-id": slot.id,
      "aria-label": `${said}${slot.mark === "△" ? "残りわずか" : "空きあり"}`,
      click: choose({ ...slot, day }),
    }, slot.mark));
  }

  // Arrow keys go to the nearest free time in that direction, at the edge into the next week.
  function move(event) {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    const from = event.target.closest("td");
    if (!by || !from) return;
    event.preventDefault();
    const rows = [...event.currentTarget.tBodies[0].rows];
    let [row, column] = [rows.indexOf(from.parentNode) + by[0], from.cellIndex + by[1]];
    let found = null;
    while (!found && rows[row]?.cells[column]) {
      found = rows[row].cells[column].querySelector("button");
      row += by[0];
      column += by[1];
    }
    if (!found && by[1] && !box.dataset.used && weeks[state.week + by[1]]) {
      turn(by[1]);
      found = [...body.querySelectorAll("td button")].at(by[1] > 0 ? 0 : -1) ?? (by[1] > 0 ? after : before);
    }
    if (!found) return;
    for (const each of body.querySelectorAll("td button")) each.tabIndex = each === found ? 0 : -1;
    found.focus();
  }
}

// Weeks begin on Monday. Saturdays and Sundays are shown only where somebody is received then.
function weeksOf(days) {
  const weekend = days.some(day => day.slots.length && [0, 6].includes(day.on.getUTCDay()));
  const weeks = new Map();
  for (const day of days) {
    const weekday = (day.on.getUTCDay() + 6) % 7;
    if (weekday > 4 && !weekend) continue;
    const monday = day.on.getTime() - weekday * 86_400_000;
    weeks.set(monday, [...(weeks.get(monday) ?? []), day]);
  }
  return [...weeks.values()];
}

const minutes = time => Number(time.split(":")[0]) * 60 + Number(time.split(":")[1]);

function times(days) {
  const found = new Set(days.flatMap(day => day.slots.map(slot => slot.label)));
  return [...found].sort((a, b) => minutes(a) - minutes(b));
}

function part(time) {
  return minutes(time) < 720 ? "morning" : minutes(time) < 1030 ? "afternoon" : "evening";
}

const short = day => `${day.on.getUTCMonth() + 1}月${day.on.getUTCDate()}日`;

// ── document_checklist ────────────────────────────────────────────────────────────────────────

const isPin = item => item.id.startsWith("pin_") && item.id !== "pin_reset_extra";

function checklist(card, chat) {
  const box = h("div", { role: "group", class: "card checklist", "aria-label": plain("bring") },
    people(card.people),
    h("div", { class: "row" }, tools(() => box, asText(card.people), chat)));
  return box;
}

function people(list) {
  return list.map(person => {
    const pins = person.items.filter(isPin);
    const things = person.items.filter(item => !isPin(item));
    return h("div", { class: "person" },
      person.name && h("h3", {}, person.name),
      things.length ? group(person.name ? "h4" : "h3", "bring", things) : null,
      pins.length ? group(person.name ? "h4" : "h3", "pins", pins, h("p", { class: "note" }, label("pins_note"))) : null);
  });
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

const asText = list => list.flatMap(person => [
  ...(person.name ? [person.name] : []),
  ...person.items.map(item => `・${item.label}${item.waived ? `（${plain("waived")}）` : ""}`),
]).join("\n");

async function copy(text, chat) {
  try {
    await navigator.clipboard.writeText(text);
    chat.notice("copied");
  } catch {
    chat.notice("not_copied");
  }
}

// ── booking_card ──────────────────────────────────────────────────────────────────────────────

function bookingCard(card, chat) {
  const file = chat.file(card.code);
  const whole = [
    ...[["code", card.code], ["when", card.when], ["where", card.counter_label]].map(([key, value]) => `${plain(key)}：${value}`),
    card.address, asText(card.people),
  ].filter(Boolean).join("\n");
  const actions = h("div", { class: "row" }, (card.actions ?? []).map(({ id, title }) => h("button", {
    type: "button", class: "choice small", click: () => chat.press(id, title, actions),
  }, title)));
  const box = h("div", {
    role: "group", class: "card booking", "aria-label": plain("booking"),
    "data-code": card.code, "data-what": `${card.when} ${card.counter_label}`,
  },
    h("dl", {},
      h("dt", {}, label("code")), h("dd", { class: "code" }, card.code),
      h("dt", {}, label("when")), h("dd", {}, card.when),
      h("dt", {}, label("where")),
      h("dd", {}, card.counter_label,
        card.address ? h("span", { class: "line" }, card.address) : null,
        card.map_url ? h("a", { class: "line", href: card.map_url, rel: "noopener", target: "_blank" }, label("map")) : null)),
    people(card.people),
    h("div", { class: "row" },
      h("a", { class: "plain file", href: file.url, download: "visit.ics", click: file.click }, label("calendar_file")),
      tools(() => box, whole, chat)),
    actions);
  return box;
}
