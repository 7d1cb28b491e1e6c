// What the console does beyond plain pages: keys on the board, the clock of a hold, printing. Everything
// works without it.
"use strict";
document.documentElement.classList.add("js");

// Enter that ends a conversion from kana is no answer to a form.
let composing = false;
document.addEventListener("compositionstart", () => { composing = true; });
document.addEventListener("compositionend", () => { setTimeout(() => { composing = false; }, 50); });
document.addEventListener("keydown", event => {
  if (event.key === "Enter" && (composing || event.isComposing || event.keyCode === 229)) event.preventDefault();
}, true);

// Enter in the fields of a time looks for it; elsewhere a form's first button decides.
document.addEventListener("keydown", event => {
  const look = event.key === "Enter" && !event.defaultPrevented && event.target.dataset.enter;
  if (!look) return;
  event.preventDefault();
  document.getElementById(look).click();
});

// Who comes back to what was typed, types it anew.
document.addEventListener("focusin", event => {
  if (event.target.matches("[data-select]")) event.target.select();
});
for (const field of document.querySelectorAll("[data-select]:focus")) field.select();

// Keys work only while the focus is in the board, and can be switched off (WCAG 2.1.4).
const OFF = "renewal-keys-off";
const off = document.getElementById("keys-off");
if (off) {
  off.checked = localStorage.getItem(OFF) === "1";
  off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "1" : ""));
}
document.addEventListener("keydown", event => {
  const board = document.getElementById("board");
  const at = document.activeElement;
  if (!board || !board.contains(at) || event.ctrlKey || event.altKey || event.metaKey || localStorage.getItem(OFF)) return;
  const rows = [...board.querySelectorAll("tr[id]")];
  const row = at.closest("tr[id]");
  const step = { j: 1, k: -1 }[event.key];
  if (step) {
    const next = rows[rows.indexOf(row) + step];
    if (next) next.focus();
  } else if (row && "anu".includes(event.key)) {
    const button = row.querySelector(`[data-key=${event.key}]`);
    if (!button) return;
    if (button.disabled) return say(button.dataset.why);
    row.focus(); // which stays when the row is drawn anew
    button.click();
  } else if (event.key === "/") {
    location.href = "/search";
  } else if (event.key === "?") {
    location.href = "/help";
  } else return;
  event.preventDefault();
});

// The board begins at who is next, so that its keys work at once.
const next = document.querySelector("#board .current tr.booked[id]") || document.querySelector("#board tr.booked[id]");
if (next && document.activeElement === document.body && !location.hash) next.focus();

document.addEventListener("click", event => {
  if (event.target.closest("[data-print]")) window.print();
});

// What is chosen in the list stands in the fields too. It is written before the page asks for more.
document.addEventListener("change", event => {
  const slot = event.target.closest("[name=start]");
  if (!slot) return;
  document.getElementById("day").value = slot.dataset.day;
  document.getElementById("time").value = slot.dataset.time;
}, true);

// Who leaves a page gives back the seats that it holds; who goes on with its form does not.
let goingOn = false;
document.addEventListener("submit", () => { goingOn = true; });
addEventListener("pageshow", () => { goingOn = false; });
addEventListener("pagehide", () => {
  const form = document.querySelector("form[data-leave]");
  if (form && !goingOn && form.elements.hold.value) navigator.sendBeacon(form.dataset.leave, new FormData(form));
});

// The clock of a hold. It is said once when a minute is left, not every second.
setInterval(() => {
  for (const clock of document.querySelectorAll("[data-seconds]")) {
    const left = Math.max(0, Number(clock.dataset.seconds) - 1);
    clock.dataset.seconds = left;
    clock.textContent = left ? `${Math.floor(left / 60)}分${String(left % 60).padStart(2, "0")}秒` : "0秒。もう一度選んでください";
  }
}, 1000);

// A session that ended shows the sign-in page; other failures are said where everything is said.
document.addEventListener("htmx:responseError", event => {
  if (event.detail.xhr.status === 401) location.href = "/sign-in";
  else say("できませんでした。ページを開き直して、もう一度お試しください。");
});

function say(text) {
  const said = document.getElementById("said");
  const line = document.createElement("p");
  line.textContent = text;
  if (said) said.replaceChildren(line);
}
