// The widget's style. As adopted style sheets it works where a page forbids inline styles.

const made = text => {
  const sheet = new CSSStyleSheet();
  // Every length grows with the page's text and with the size that the person has chosen.
  sheet.replaceSync(text.replace(/-?[\d.]+rem/g, "calc($& * var(--size))"));
  return sheet;
};

export const printOnly = made(`@media print { body > :not(renewal-chat) { display: none !important; } }`);

export const sheet = made(`
/* Nothing of the page around comes in, and its custom properties have other names. */
:host {
  all: initial;
  --ink: #17242f; --soft: #495a67; --paper: #fff; --ground: #f1f5f7; --line: #b9c7d0;
  --brand: var(--renewal-chat-colour, #0b5c7a); --accent: var(--brand); --mine: #d9ecf4; --warn: #9b1c1c; --few: #8a4b00;
  --rest: #b3261e; --saturday: #1c55a8; --size: 1;
  color-scheme: light dark;
  font: 1rem/1.65 "Hiragino Sans", "Hiragino Kaku Gothic ProN", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", Meiryo, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :host {
    --ink: #eef3f6; --soft: #b5c3cd; --paper: #1b2730; --ground: #111a21; --line: #4b5c68;
    --accent: #86cbe6; --mine: #1d4253; --warn: #ffb4ab; --few: #ffc98a; --rest: #ffb4ab; --saturday: #a8c8ff;
  }
}
:host([data-large="on"]) { --size: 1.25; }
:host([data-contrast="on"]) {
  --ink: #000; --soft: #000; --paper: #fff; --ground: #fff; --line: #000; --brand: #00334a; --accent: #00334a; --mine: #fff;
  --warn: #8c0000; --few: #000; --rest: #8c0000; --saturday: #002b80;
}
@media (prefers-color-scheme: dark) {
  :host([data-contrast="on"]) {
    --ink: #fff; --soft: #fff; --paper: #000; --ground: #000; --line: #fff; --accent: #a6e3ff; --mine: #000;
    --warn: #ffc9c2; --few: #fff; --rest: #ffc9c2; --saturday: #c4d9ff;
  }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
p, h2, h3, h4, ul, dl, dd { margin: 0; padding: 0; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
h2:focus { outline: none; }
svg { width: 1.5rem; height: 1.5rem; flex: none; fill: none; stroke: currentColor; stroke-width: 2.2; stroke-linecap: round; stroke-linejoin: round; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
rt { font-size: .55em; }

.launcher {
  position: fixed; right: max(1rem, env(safe-area-inset-right)); bottom: max(1rem, env(safe-area-inset-bottom)); z-index: 1000;
  display: flex; align-items: center; gap: min(.6rem, 2vw); max-width: calc(100vw - 2rem); min-height: 3.5rem; padding: .6rem min(1.3rem, 5vw);
  border: 2px solid #fff; border-radius: 1.75rem; background: var(--brand); color: #fff; font-weight: 700; line-height: 1.4;
  box-shadow: 0 4px 16px rgb(0 0 0 / .28);
}
.dot { position: absolute; top: -.2rem; right: .4rem; width: 1rem; height: 1rem; border-radius: 50%; background: #d3302f; border: 2px solid #fff; }
.launcher .dot .unseen { top: 0; }

dialog {
  position: fixed; inset: auto 1rem 1rem auto; z-index: 1000; width: min(26.5rem, 100vw - 2rem); height: min(46rem, 100dvh - 2rem);
  max-width: none; max-height: none; margin: 0; padding: 0; border: 1px solid var(--line); border-radius: 1rem; overflow: hidden;
  background: var(--ground); color: var(--ink); box-shadow: 0 10px 40px rgb(0 0 0 / .3);
}
dialog[open] { container: chat / inline-size; display: flex; flex-direction: column; }
/* Japanese breaks between phrases where the browser can tell, never in the middle of a code or a number. */
.launcher, dialog, .paper { word-break: auto-phrase; line-break: strict; overflow-wrap: anywhere; }
.whole { display: inline-block; max-width: 100%; text-indent: 0; }
dialog:modal { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; }
dialog::backdrop { background: var(--ground); }

.top { display: flex; align-items: center; gap: .25rem; flex: none; padding: .6rem .5rem .6rem 1rem; background: var(--brand); color: #fff; }
.heading { flex: 1; min-width: 0; }
h2 { font-size: 1.1rem; line-height: 1.4; }
.heading p { font-size: .85rem; line-height: 1.4; }
.icon { display: grid; place-items: center; flex: none; width: 2.75rem; height: 2.75rem; padding: 0; border: 0; border-radius: .6rem; background: transparent; color: inherit; }
.icon:hover { background: rgb(255 255 255 / .18); }
.top :focus-visible { outline-color: #fff; outline-offset: -3px; }
.menu { flex: none; display: grid; background: var(--paper); border-bottom: 1px solid var(--line); max-height: 50%; overflow-y: auto; }
.menu:not([hidden]) ~ .talk { min-height: 0; } /* the field below stays in view */
.menu button { min-height: 2.75rem; padding: .4rem 1rem; border: 0; border-top: 1px solid var(--line); background: transparent; text-align: start; }
.menu button:hover { background: var(--mine); }
.menu button:focus-visible { outline-offset: -3px; }
.menu [aria-pressed="true"]::after { content: "　✓ 入"; color: var(--accent); font-weight: 700; }

.contact { flex: none; padding: .35rem 1rem; background: var(--paper); border-bottom: 1px solid var(--line); font-size: .875rem; line-height: 1.5; }
.contact span:last-child { display: inline-block; }
.contact a { display: inline-block; min-height: 1.5rem; font-size: 1rem; font-weight: 700; }

.talk { position: relative; display: flex; flex: 1 1 8rem; min-height: 6rem; }
.log { flex: 1; min-width: 0; overflow-y: auto; overflow-x: hidden; overscroll-behavior: contain; padding: .5rem 1rem .75rem; scroll-padding-block: .5rem 3.5rem; }
.more { position: absolute; right: .75rem; bottom: .5rem; display: inline-flex; align-items: center; gap: .3rem; min-height: 2.5rem; padding: .2rem .8rem .2rem 1rem; border: 1px solid var(--line); border-radius: 1.25rem; background: var(--paper); color: var(--accent); font-size: .9rem; font-weight: 700; white-space: nowrap; box-shadow: 0 2px 8px rgb(0 0 0 / .25); }
.more svg { width: 1.1rem; height: 1.1rem; }
.log:focus-visible { outline-offset: -3px; }
.turn { margin: .6rem 0; }
.bubble { position: relative; width: fit-content; max-width: 94%; padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .25rem 1rem 1rem; background: var(--paper); overflow-wrap: anywhere; }
.me .bubble { margin-left: auto; border-color: transparent; border-radius: 1rem .25rem 1rem 1rem; background: var(--mine); white-space: pre-wrap; }
.me.failed .bubble { border: 2px dashed var(--warn); }
.line { display: block; }
.item { padding-left: 1em; text-indent: -1em; }
.bubble a { display: inline-block; min-height: 1.5rem; text-indent: 0; font-weight: 700; white-space: nowrap; }
.note { margin: .6rem 0; color: var(--soft); font-size: .9rem; }
div.note { padding: .75rem; border: 1px solid var(--line); border-radius: .75rem; background: var(--paper); color: var(--ink); }

.choices { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; }
.choice { min-height: 2.75rem; max-width: 100%; padding: .35rem .8rem; font-size: .95rem; border: 2px solid var(--accent); border-radius: 1.4rem; background: var(--paper); color: var(--accent); font-weight: 700; line-height: 1.4; text-align: start; overflow-wrap: anywhere; }
@media (hover: hover) { .choice:hover, td button:hover { background: var(--mine); } }
.choice.small { min-height: 2.5rem; padding: .25rem .9rem; }
.choice[aria-disabled="true"] { border-color: var(--line); border-style: dashed; color: var(--soft); font-weight: 400; cursor: default; background: transparent; }
.choice.chosen[aria-disabled="true"] { border: 2px solid var(--accent); color: var(--ink); background: var(--mine); }
.plain { display: inline-flex; align-items: center; min-height: 2.5rem; margin-right: .75rem; padding: .2rem 0; border: 0; background: transparent; color: var(--accent); text-decoration: underline; text-underline-offset: .2em; }
.row { display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center; margin-top: .5rem; }

.card { margin: .5rem 0; padding: .75rem; border: 1px solid var(--line); border-top: 4px solid var(--accent); border-radius: .5rem; background: var(--paper); }
.card h3 { margin: .25rem 0; font-size: 1rem; line-height: 1.5; }
.card h4 { margin-top: .5rem; font-size: .95rem; }
.card .note { margin: .25rem 0; }

.calendar .first { display: flex; flex-wrap: wrap; align-items: center; align-content: center; gap: 0 .75rem; width: 100%; margin: .5rem 0 .75rem; padding-block: .4rem; border-radius: .6rem; }
.calendar .first span { font-weight: 400; color: var(--ink); font-size: .9rem; }
.calendar .first strong { font-size: 1.05rem; }
.calendar-head { display: flex; align-items: center; justify-content: space-between; gap: .25rem; font-weight: 700; text-align: center; }
.step { flex: none; width: 2.75rem; height: 2.75rem; border: 1px solid var(--line); border-radius: .6rem; background: transparent; font-size: 1.4rem; line-height: 1; color: var(--accent); }
.step[aria-disabled="true"] { color: var(--soft); border-style: dashed; cursor: default; }
.parts { display: flex; margin: .5rem 0; }
.parts button { flex: 1; min-height: 2.5rem; border: 1px solid var(--accent); background: transparent; color: var(--accent); }
.parts button + button { border-left: 0; }
.parts button:first-child { border-radius: .6rem 0 0 .6rem; }
.parts button:last-child { border-radius: 0 .6rem .6rem 0; }
.parts [aria-pressed="true"] { background: var(--accent); color: var(--paper); font-weight: 700; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; margin-top: .25rem; font-size: min(.95rem, 4.75cqi); }
th, td { padding: 0; border: 1px solid var(--line); text-align: center; line-height: 1.3; overflow-wrap: anywhere; }
th { background: var(--ground); font-weight: 700; }
thead th { padding: .25rem 0; }
thead th:first-child { width: 3.1em; }
thead th span { display: block; }
.day { font-size: .94em; white-space: nowrap; }
thead th .unseen { position: absolute; }
th.rest { color: var(--rest); }
th.saturday { color: var(--saturday); }
td { height: 2.4rem; color: var(--soft); }
td.none { background: var(--ground); }
td button { width: 100%; height: 2.4rem; padding: 0; border: 0; background: transparent; color: var(--accent); font-size: 1.25rem; font-weight: 700; line-height: 1; }
td button.few { color: var(--few); }
td button:focus-visible { outline-offset: -3px; }
td button[aria-disabled="true"] { color: var(--soft); cursor: default; font-weight: 400; }
td button.chosen { outline: 3px solid var(--accent); outline-offset: -3px; background: var(--mine); }

.checklist ul, .booking ul { list-style: none; }
li { border-top: 1px solid var(--line); }
li:first-child { border-top: 0; }
li label { display: flex; gap: .6rem; padding: .45rem 0; min-height: 2.5rem; }
li label > span { min-width: 0; }
li input { flex: none; width: 1.4rem; height: 1.4rem; margin: .15rem 0 0; accent-color: var(--accent); }
.thing { font-weight: 700; }
li small { display: block; color: var(--soft); font-size: .85rem; line-height: 1.5; }
li em { margin-left: .5rem; padding: 0 .5rem; border: 1px solid var(--line); border-radius: .5rem; font-size: .85rem; font-style: normal; white-space: nowrap; }
dl { margin-bottom: .5rem; display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem .9rem; }
dt { color: var(--soft); font-size: .875rem; padding-top: .2em; white-space: nowrap; }
dd { font-weight: 700; overflow-wrap: anywhere; }
.past { border-top-color: var(--line); color: var(--soft); }
dd.code { font-size: 1.6rem; line-height: 1.3; letter-spacing: .06em; font-variant-numeric: tabular-nums; }

/* The hint and the sign that an answer is coming share one place: nothing moves when they change. */
.above { display: grid; }
.above > * { grid-area: 1 / 1; }
.typing { display: flex; align-items: center; gap: .5rem; visibility: hidden; background: var(--paper); color: var(--ink); }
.typing.on { visibility: visible; }
.dots { display: inline-flex; gap: .2rem; }
.dots i { width: .4rem; height: .4rem; border-radius: 50%; background: currentColor; }
.banner { flex: none; padding: .4rem 1rem; background: var(--paper); border-top: 2px solid var(--warn); font-size: .9rem; }
.banner:empty { display: none; }
form { flex: none; padding: .4rem 1rem max(.5rem, env(safe-area-inset-bottom)); border-top: 1px solid var(--line); background: var(--paper); }
.field { display: flex; gap: .5rem; align-items: flex-end; margin: .25rem 0; }
textarea { flex: 1; min-width: 0; min-height: 2.9rem; max-height: 30vh; padding: .5rem .75rem; border: 2px solid var(--soft); border-radius: .6rem; background: var(--paper); resize: none; line-height: 1.6; }
.send { flex: none; min-height: 2.9rem; padding: 0 1.1rem; border: 2px solid var(--brand); border-radius: .6rem; background: var(--brand); color: #fff; font-weight: 700; }
.hint { font-size: .8rem; line-height: 1.5; color: var(--soft); }
.left { float: right; color: var(--warn); font-weight: 700; }

/* On a narrow screen what a line is about stands above it. */
@container chat (max-width: 20em) {
  dl { display: block; }
  dt { padding-top: .4rem; }
}
/* Large text on a small screen: what can be done without makes room for the talk. */
@container chat (max-width: 15em) {
  .heading p, #hint, #warning { display: none; }
  form { position: relative; }
  .typing { position: absolute; bottom: 100%; left: 0; padding: 0 .6rem; }
  .top, .contact, .log, form { padding-inline: .6rem; }
  .top { padding-block: .2rem; padding-right: .2rem; gap: 0; }
  h2 { font-size: .9rem; }
  .icon { width: 1.6rem; height: 1.6rem; }
  .contact { padding-block: .1rem; line-height: 1.3; }
  form { padding-block: .3rem; }
  .field { margin: 0; }
  textarea, .send { min-height: 2.2rem; padding: .15rem .5rem; }
  .more { right: .3rem; padding: .2rem .6rem; }
  .more span { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
  .card { padding: .4rem; }
  .parts, .row { flex-wrap: wrap; }
  table { font-size: .7rem; }
}

@media (prefers-reduced-motion: no-preference) {
  .log { scroll-behavior: smooth; }
  .typing.on i { animation: wait 1.2s infinite; }
  .dots i:nth-child(2) { animation-delay: .2s; }
  .dots i:nth-child(3) { animation-delay: .4s; }
  @keyframes wait { 30% { opacity: .2; } }
}
:host([data-contrast="on"]) .me .bubble { border: 2px solid var(--ink); }
@media (forced-colors: active) {
  .me .bubble { border-color: CanvasText; }
  .parts [aria-pressed="true"], .choice.chosen { forced-color-adjust: none; background: Highlight !important; color: HighlightText !important; }
  .dot { background: Highlight; forced-color-adjust: none; }
}
.paper { display: none; }
@media print {
  .launcher, dialog { display: none !important; }
  .paper { display: block; color: #000; background: #fff; }
  .paper .log { overflow: visible; }
  .paper h1 { font-size: 1.3rem; }
  .paper :is(.choices, .calendar, .row, .note button) { display: none; }
  .paper .card, .paper li { break-inside: avoid; }
}
`);
