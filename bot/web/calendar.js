// Draws slot_calendar: a week as a table or as a list, the months as an overview.

import { h, unseen } from "./dom.js";
import { label, plain } from "./labels.js";

const DAYS = "日月火水木金土";

export function slotCalendar(card, chat) {
  const days = card.days.map(day => ({ ...day, on: at(day.date) }));
  const weeks = weeksOf(days);
  const slots = days.flatMap(day => day.slots.map(slot => ({ ...slot, day })));
  const next = slots.find(slot => slot.id && slot.id === card.next);
  const all = times(days);
  const state = {
    week: Math.max(0, weeks.findIndex(week => week.includes(next?.day))),
    part: all.length > 10 ? part(next?.label ?? all[0]) : null,
    // A table does not fit large writing on a small screen.
    view: chat.isNarrow() ? "list" : "table",
  };
  const body = h("div", { class: "calendar-body" });
  const title = h("span", { class: "calendar-week", "aria-live": "off" });
  const before = step("week_before", "‹", -1);
  const after = step("week_after", "›", 1);
  const head = h("div", { class: "calendar-head" }, before, title, after);
  const views = h("div", { class: "row" });
  const made = h("p", { class: "made", tabindex: "-1", hidden: true });
  const box = h("div", { role: "group", class: "card calendar", "aria-label": card.counter_label },
    h("h3", {}, card.counter_label),
    made,
    next && h("button", { type: "button", class: "choice first", "data-title": named(next), click: choose(next) },
      label("next_free"), h("strong", {}, named(next))),
    head, body, views);
  // Once used, only what was chosen is left.
  box.fold = said => {
    const mine = said && slots.some(slot => named(slot) === said);
    const held = box.contains(box.getRootNode().activeElement);
    made.append(mine ? label("chosen", "span", {}, { what: said }) : label("used"));
    for (const each of box.children) each.hidden = each !== made && each.tagName !== "H3";
    if (held) made.focus();
  };
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

  function show(view) {
    return h("button", {
      type: "button", class: "plain",
      click: () => {
        state.view = view;
        render();
        views.querySelector("button").focus();
      },
    }, label(`as_${view}`));
  }

  function choose(slot) {
    return () => chat.press(slot.id, named(slot), box);
  }

  function render() {
    const week = weeks[state.week];
    title.textContent = `${short(week[0])}〜${short(week.at(-1))}`;
    before.setAttribute("aria-disabled", state.week === 0);
    after.setAttribute("aria-disabled", state.week === weeks.length - 1);
    const months = state.view === "months";
    head.hidden = months;
    body.replaceChildren(...(months ? overview() : [
      ...(state.view === "list" ? list(week) : table(week)),
      ...week.filter(day => day.why).map(day =>
        label("closed_day", "p", { class: "note" }, { day: day.label, why: day.why })),
    ]));
    views.replaceChildren(...["table", "list", "months"].filter(each => each !== state.view).map(show));
    if (state.week === weeks.length - 1 && !months && card.later.length) {
      body.append(h("p", {}, h("button", { type: "button", class: "choice small", click: toMonths }, label("later"))));
    }
  }

  function toMonths() {
    state.view = "months";
    render();
    body.querySelector("button")?.focus();
  }

  // A week without a free time leads on: to another day here, or to another counter.
  function nothingFree() {
    const ahead = weeks.findIndex((week, i) => i > state.week && week.some(isFree));
    return [h("p", {}, label("none_free")), h("div", { class: "choices ways" },
      ahead > 0 || card.later.length ? h("button", {
        type: "button", class: "choice small", click: () => (ahead > 0 ? turn(ahead - state.week) : toMonths()),
      }, label("other_days")) : null,
      card.elsewhere && h("button", {
        type: "button", class: "choice small", click: () => chat.press(card.elsewhere.id, card.elsewhere.title, box),
      }, card.elsewhere.title))];
  }

  function list(week) {
    const open = week.filter(isFree);
    if (!open.length) return nothingFree();
    return open.map(day => h("div", {},
      h("h4", {}, day.label),
      h("div", { class: "times" }, day.slots.filter(slot => slot.id).map(slot =>
        h("button", { type: "button", class: "choice small", click: choose({ ...slot, day }) },
          slot.label, slot.mark === "△" ? h("span", { class: "few" }, ` ${plain("few")}`) : null)))));
  }

  function table(week) {
    const rows = times(week).filter(time => !state.part || part(time) === state.part);
    const parts = [...new Set(all.map(part))];
    const grid = h("table", { keydown: move },
      h("caption", { class: "unseen" }, `${card.counter_label} ${title.textContent}。${plain("keys")}`),
      h("thead", {}, h("tr", {},
        h("th", { scope: "col" }, unseen(plain("time"))),
        week.map(heading))),
      h("tbody", {}, rows.map(time => h("tr", {},
        h("th", { scope: "row" }, time),
        week.map(day => cell(day, time))))));
    const first = [...grid.querySelectorAll("button")].find(each => each.dataset.id === card.next)
      ?? grid.querySelector("button");
    if (first) first.tabIndex = 0;
    return [
      ...(week.some(isFree) ? [] : nothingFree()),
      state.part && h("div", { class: "parts", role: "group", "aria-label": plain("time") },
        parts.map(each => h("button", {
          type: "button", "aria-pressed": String(each === state.part),
          click: () => {
            state.part = each;
            render();
            body.querySelector('[aria-pressed="true"]').focus();
          },
        }, label(each)))),
      rows.length ? grid : null,
      rows.length ? label("legend", "p", { class: "note" }) : null,
    ].filter(Boolean);
  }

  function heading(day) {
    const kind = day.holiday || day.on.getUTCDay() === 0 ? "rest" : day.on.getUTCDay() === 6 ? "saturday" : null;
    return h("th", { scope: "col", class: kind },
      h("span", { class: "day" }, `${day.on.getUTCMonth() + 1}/${day.on.getUTCDate()}`),
      h("span", {}, DAYS[day.on.getUTCDay()], day.holiday ? "祝" : null),
      day.holiday ? unseen(day.holiday) : null);
  }

  function cell(day, time) {
    const slot = day.slots.find(each => each.label === time);
    if (!slot) return h("td", { class: "none" }, day.closed && day.closed !== "walk_in_only" ? "休" : h("span", { "aria-hidden": "true" }, "－"));
    const said = `${day.label} ${time} `;
    if (!slot.id) return h("td", { class: "full" }, mark(slot.mark, "full"), unseen(`${said}満席`));
    const few = slot.mark === "△";
    return h("td", {}, h("button", {
      type: "button", tabindex: "-1", class: few ? "few" : "free", "data-id": slot.id,
      "aria-label": `${said}${few ? "残りわずか" : "空きあり"}`,
      click: choose({ ...slot, day }),
    }, mark(slot.mark, few ? "few" : "free")));
  }

  // The word stands under the sign for whoever has asked for larger, clearer or easier writing.
  function mark(sign, word) {
    return h("span", { "aria-hidden": "true" }, sign, h("small", { class: "word" }, plain(word)));
  }

  // All months that can be booked; a far day is said in words, and its times are then asked for.
  function overview() {
    const near = days.map(day => ({ ...day, free: isFree(day) }));
    const far = card.later.map(day => ({ ...day, on: at(day.date), free: true, far: true }));
    const all = [...near, ...far].filter(day => day.free);
    const months = [...new Set(all.map(day => day.date.slice(0, 7)))];
    return months.map(month => h("div", {},
      h("h4", {}, `${Number(month.slice(5))}月`, h("small", {}, " ", label("days_free"))),
      h("div", { class: "times" }, all.filter(day => day.date.startsWith(month)).map(day => h("button", {
        type: "button", class: "choice small", click: () => (day.far ? chat.say(day.label) : goTo(day)),
      }, day.label)))));
  }

  function goTo(day) {
    state.week = weeks.findIndex(week => week.some(each => each.date === day.date));
    state.view = chat.isNarrow() ? "list" : "table";
    render();
    chat.announce(title.textContent);
    (body.querySelector(`[aria-label^="${day.label}"]`) ?? body.querySelector("button")).focus();
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

const at = date => new Date(`${date}T00:00Z`);
const isFree = day => day.slots.some(slot => slot.id);
const named = slot => `${slot.day.label}${slot.label}`;
