// The widget's style. As adopted style sheets it works where a page forbids inline styles.

const made = text => {
  const sheet = new CSSStyleSheet();
  // Every length grows with the page's text (which a page may have made too small to read) and with
  // the size that the person has chosen.
  sheet.replaceSync(text.replace(/(-?[\d.]+)rem/g, "calc($1 * max(1rem, 16px) * var(--size))"));
  return sheet;
};

export const printOnly = made(`@media print { body > :not(renewal-chat) { display: none !important; } }`);

export const sheet = made(`
/* Nothing of the page around comes in, and its custom properties have other names. Colours are
   those of デジタル庁デザインシステム (@digital-go-jp/design-tokens 1.1.9), the dark ones chosen among them. */
:host {
  all: initial;
  --ink: #1a1a1a; --soft: #4d4d4d; --paper: #fff; --ground: #f2f2f2; --line: #b3b3b3; --edge: #767676;
  --brand: var(--renewal-chat-colour, #0017c1); --accent: var(--brand); --mine: #d9e6ff; --tint: #e8f1fe; --warn: #ce0000; --few: #ac3e00;
  --rest: #ce0000; --saturday: #0017c1; --ring: #ffd43d; --size: 1;
  color-scheme: light dark;
  font: 1rem/1.7 "Hiragino Sans", "Hiragino Kaku Gothic ProN", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", Meiryo, sans-serif;
}
@media (prefers-color-scheme: dark) {
  :host {
    --ink: #f2f2f2; --soft: #ccc; --paper: #333; --ground: #1a1a1a; --line: #767676; --edge: #b3b3b3;
    --accent: #c5d7fb; --mine: #00118f; --tint: #00118f; --warn: #ffbbbb; --few: #ffe380; --rest: #ffbbbb; --saturday: #c5d7fb;
  }
}
:host([data-large="on"]) { --size: 1.25; }
:host([data-contrast="on"]) {
  --ink: #000; --soft: #000; --paper: #fff; --ground: #fff; --line: #000; --edge: #000; --brand: #000071; --accent: #000071; --mine: #fff;
  --tint: #fff; --warn: #850000; --few: #000; --rest: #850000; --saturday: #000071;
}
@media (prefers-color-scheme: dark) {
  :host([data-contrast="on"]) {
    --ink: #fff; --soft: #fff; --paper: #000; --ground: #000; --line: #fff; --edge: #fff; --accent: #c5d7fb; --mine: #000;
    --tint: #000; --warn: #ffdada; --few: #fff; --rest: #ffdada; --saturday: #c5d7fb;
  }
}
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; }
p, h2, h3, h4, ul, dl, dd { margin: 0; padding: 0; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; box-shadow: 0 0 0 2px var(--ring); }
h2:focus, .made:focus { outline: none; box-shadow: none; }
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
/* Nothing scrolls but the log: what is hidden for screen readers would else drag all out of view. */
dialog[open] { container: chat / size; overflow: clip; }
.panel { position: relative; display: flex; flex-direction: column; height: 100%; overflow: clip; }
.panel > .unseen, form .unseen { top: 0; }
/* Japanese breaks between phrases where the browser can tell, never in the middle of a code or a number. */
.launcher, dialog, .paper { word-break: auto-phrase; line-break: strict; overflow-wrap: anywhere; }
.whole { display: inline-block; max-width: 100%; text-indent: 0; }
dialog:modal { inset: 0; width: 100%; height: 100dvh; border: 0; border-radius: 0; }
dialog::backdrop { background: var(--ground); }

.top { position: relative; z-index: 1; display: flex; align-items: center; gap: .25rem; flex: none; padding: .5rem .5rem .5rem 1rem; background: var(--brand); color: #fff; }
.heading { flex: 1; min-width: 0; }
h2 { font-size: 1.125rem; line-height: 1.4; }
.heading p { font-size: .875rem; line-height: 1.4; }
.icon { display: grid; place-items: center; flex: none; width: 2.75rem; height: 2.75rem; padding: 0; border: 0; border-radius: .5rem; background: transparent; color: inherit; }
.icon:hover { background: rgb(255 255 255 / .18); }
.icon.call { display: none; }
.top > :focus-visible { outline-color: #fff; outline-offset: -3px; box-shadow: none; }
.menu { position: absolute; top: 100%; inset-inline: 0; display: grid; max-height: 70cqh; overflow-y: auto; background: var(--paper); color: var(--ink); border-bottom: 1px solid var(--edge); box-shadow: 0 8px 16px rgb(0 0 0 / .3); }
.menu button { min-height: 2.75rem; padding: .4rem 1rem; border: 0; border-top: 1px solid var(--line); background: transparent; text-align: start; }
.menu button:hover { background: var(--tint); }
.menu button:focus-visible { outline-offset: -3px; box-shadow: none; }
.menu [aria-pressed="true"]::after { content: "　✓ 入"; color: var(--accent); font-weight: 700; }

.contact { flex: none; padding: 0 1rem; background: var(--paper); border-bottom: 1px solid var(--line); font-size: .875rem; line-height: 1.4; }
.contact span:last-child { display: inline-block; }
.contact a { display: inline-flex; align-items: center; min-height: 2.75rem; font-size: 1rem; font-weight: 700; }

.talk { display: flex; flex-direction: column; flex: 1 1 8rem; min-height: 0; }
.log { position: relative; flex: 1; min-height: 0; overflow-y: auto; overflow-x: hidden; overscroll-behavior: contain; padding: .5rem 1rem .75rem; scroll-padding-block: .5rem; }
/* It stands below what is said, over nothing that could be pressed. */
.more { flex: none; display: flex; justify-content: center; align-items: center; gap: .3rem; min-height: 2.75rem; padding: 0; border: 0; border-top: 1px solid var(--line); background: var(--paper); color: var(--accent); font-weight: 700; }
.more svg { width: 1.1rem; height: 1.1rem; }
.log:focus-visible, .more:focus-visible { outline-offset: -3px; box-shadow: none; }
.turn { margin: .6rem 0; }
.bubble { position: relative; width: fit-content; max-width: 94%; padding: .6rem .9rem; border: 1px solid var(--line); border-radius: .25rem 1rem 1rem; background: var(--paper); overflow-wrap: anywhere; }
.me .bubble { margin-left: auto; border-color: transparent; border-radius: 1rem .25rem 1rem 1rem; background: var(--mine); white-space: pre-wrap; }
.me.failed .bubble { border: 2px dashed var(--warn); }
.line { display: block; }
.item { padding-left: 1em; text-indent: -1em; }
.bubble a { display: inline-block; min-height: 1.5rem; text-indent: 0; font-weight: 700; white-space: nowrap; }
.bubble a.address { white-space: normal; }
.note { margin: .6rem 0; color: var(--soft); font-size: .875rem; }
div.note { padding: .75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--paper); color: var(--ink); font-size: 1rem; }

.choices { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; }
.choice { min-height: 2.75rem; max-width: 100%; padding: .35rem .9rem; font-size: 1rem; border: 2px solid var(--accent); border-radius: .5rem; background: var(--paper); color: var(--accent); font-weight: 700; line-height: 1.4; text-align: start; overflow-wrap: anywhere; }
.choice.filled { border-color: var(--brand); background: var(--brand); color: #fff; text-align: center; }
@media (hover: hover) {
  .choice:hover, td button:hover, .back:hover { background: var(--tint); }
  .choice.filled:hover { background: var(--brand); text-decoration: underline; }
}
.choice[aria-disabled="true"] { border: 2px dashed var(--line); color: var(--soft); font-weight: 400; cursor: default; background: transparent; }
.choice.chosen[aria-disabled="true"] { border: 2px solid var(--accent); color: var(--ink); background: var(--mine); }
.step-back { flex-basis: 100%; display: flex; flex-wrap: wrap; align-items: center; gap: 0 1rem; }
.back { display: inline-flex; min-width: 2.75rem; align-items: center; gap: .15rem; min-height: 2.75rem; padding: 0 .6rem 0 0; border: 0; border-radius: .5rem; background: transparent; color: var(--accent); text-decoration: underline; text-underline-offset: .2em; }
.back svg { width: 1.2rem; height: 1.2rem; }
.way-left { color: var(--soft); font-size: .875rem; }
/* A step that is past has no way back of its own; what has the focus stays until it moves on. */
.choices[data-used] .step-back:not(:focus-within), [data-used] .change :not(:focus) { display: none; }
.plain { display: inline-flex; justify-content: center; align-items: center; min-width: 2.75rem; min-height: 2.75rem; margin-right: .5rem; padding: .2rem 0; border: 0; background: transparent; color: var(--accent); text-decoration: underline; text-underline-offset: .2em; }
.row { display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center; margin-top: .5rem; }

.opinion { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .75rem; color: var(--soft); }
.opinion input { flex: 1 1 12rem; min-width: 0; min-height: 2.75rem; padding: .2rem .5rem; border: 1px solid var(--edge); border-radius: .5rem; background: var(--paper); color: var(--ink); font-family: inherit; }
.opinion p:focus { outline: none; box-shadow: none; }

.card { margin: .5rem 0; padding: .75rem; border: 1px solid var(--line); border-top: 4px solid var(--accent); border-radius: .5rem; background: var(--paper); }
.card h3 { margin: .25rem 0; font-size: 1rem; line-height: 1.5; }
.card h4 { margin-top: .5rem; font-size: 1rem; }
.card h4 small { font-size: .875rem; font-weight: 400; }
.card .note { margin: .25rem 0; }

.calendar .first { display: flex; flex-wrap: wrap; align-items: center; align-content: center; gap: 0 .75rem; width: 100%; margin: .5rem 0 .75rem; padding-block: .4rem; border-radius: .6rem; }
.calendar .first span { font-weight: 400; color: var(--ink); }
.calendar .first strong { font-size: 1.05rem; }
.times { display: flex; flex-wrap: wrap; gap: .5rem; margin: .5rem 0; }
.made { font-weight: 700; }
.calendar-head { display: flex; align-items: center; justify-content: space-between; gap: .25rem; font-weight: 700; text-align: center; }
.step { flex: none; width: 2.75rem; height: 2.75rem; border: 1px solid var(--line); border-radius: .6rem; background: transparent; font-size: 1.4rem; line-height: 1; color: var(--accent); }
.step[aria-disabled="true"] { color: var(--soft); border-style: dashed; cursor: default; }
.parts { display: flex; margin: .5rem 0; }
.parts button { flex: 1; min-height: 2.75rem; border: 1px solid var(--accent); background: transparent; color: var(--accent); }
.parts button + button { border-left: 0; }
.parts button:first-child { border-radius: .6rem 0 0 .6rem; }
.parts button:last-child { border-radius: 0 .6rem .6rem 0; }
.parts [aria-pressed="true"] { background: var(--accent); color: var(--paper); font-weight: 700; }
table { width: 100%; border-collapse: separate; border-spacing: .1rem; table-layout: fixed; margin-top: .25rem; font-size: max(16px, min(1rem, 4.75cqi)); }
th, td { padding: 0; text-align: center; line-height: 1.3; overflow-wrap: anywhere; }
th { font-weight: 700; }
thead th { padding: .25rem 0; }
thead th:first-child { width: 3.1em; }
thead th span { display: block; }
.day { font-size: .875em; white-space: nowrap; }
thead th .unseen { position: absolute; }
th.rest { color: var(--rest); }
th.saturday { color: var(--saturday); }
td { height: 2.75rem; color: var(--soft); }
td.none { background: var(--ground); }
td button { width: 100%; min-width: 44px; height: 100%; min-height: 2.75rem; padding: 0; border: 1px solid var(--edge); border-radius: .4rem; background: var(--tint); color: var(--accent); font-size: 1.25rem; font-weight: 700; line-height: 1; }
td button.few { color: var(--few); background: var(--paper); }
td button:focus-visible { outline-offset: -2px; }
.word { display: none; font-size: .875rem; font-weight: 400; line-height: 1.2; }
:host(:is([data-large="on"], [data-contrast="on"], [data-furigana="on"])) .word { display: block; }
.few { color: var(--few); }

.checklist ul { list-style: none; }
li { border-top: 1px solid var(--line); }
li:first-child { border-top: 0; }
li label { display: flex; gap: .6rem; padding: .45rem 0; min-height: 2.75rem; }
li label > span { min-width: 0; }
li input { flex: none; width: 1.4rem; height: 1.4rem; margin: .15rem 0 0; accent-color: var(--accent); }
.thing { font-weight: 700; }
li small { display: block; color: var(--soft); font-size: .875rem; line-height: 1.5; }
dl { margin-bottom: .5rem; display: grid; grid-template-columns: auto minmax(0, 1fr); gap: .25rem .9rem; }
.booking dl { row-gap: .1rem; }
dt { color: var(--soft); font-size: .875rem; padding-top: .15em; white-space: nowrap; }
dd { font-weight: 700; overflow-wrap: anywhere; }
dd.code { letter-spacing: .06em; font-variant-numeric: tabular-nums; font-size: 1.25rem; line-height: 1.3; }
.summary { padding-block: .25rem 0; }
.summary dl { display: block; margin: 0; }
.summary dl > div { display: grid; grid-template: auto auto / minmax(0, 1fr) auto; align-items: center; gap: 0 .5rem; min-height: 2.75rem; border-top: 1px solid var(--line); line-height: 1.4; }
.summary dl > div:first-child { border-top: 0; }
.summary dt { grid-area: 1 / 1; padding: 0; line-height: 1.3; }
.summary dd { grid-area: 2 / 1; }
.summary dd.change { grid-area: 1 / 2 / 3 / 3; }
.summary .plain { margin: 0; padding-left: .5rem; }
.primary { padding: .5rem 0; border-top: 1px solid var(--line); }
.filled { width: 100%; min-height: 3rem; }
.visit { margin-bottom: .5rem; padding-bottom: .4rem; border-bottom: 1px solid var(--line); font-size: 1.375rem; font-weight: 700; line-height: 1.3; }
.visit strong { font-size: 2rem; }
.visit .line:last-child { font-size: 1rem; }
.things { font-weight: 400; }
.things .line { line-height: 1.5; }
em { margin-left: .5rem; padding: 0 .5rem; border: 1px solid var(--line); border-radius: .5rem; font-size: .875rem; font-style: normal; white-space: nowrap; }
.past { border: 2px dashed var(--edge); background: transparent; color: var(--soft); }
.state { color: var(--ink); font-weight: 700; }
.cancelled .visit, .cancelled .code { text-decoration: line-through; }
.past :is(.visit, .visit strong, dd) { font-size: 1rem; font-weight: 400; }

/* The hint and the sign that an answer is coming share one place: nothing moves when they change. */
.above { display: grid; }
.above > * { grid-area: 1 / 1; }
.typing { display: flex; align-items: center; gap: .5rem; visibility: hidden; background: var(--paper); color: var(--ink); }
.typing.on { visibility: visible; }
.dots { display: inline-flex; gap: .2rem; }
.dots i { width: .4rem; height: .4rem; border-radius: 50%; background: currentColor; }
.banner { flex: none; padding: .4rem 1rem; background: var(--paper); border-top: 2px solid var(--warn); line-height: 1.5; }
.banner:empty { display: none; }
form { flex: none; padding: .4rem 1rem max(.5rem, env(safe-area-inset-bottom)); border-top: 1px solid var(--line); background: var(--paper); }
.field { display: flex; gap: .5rem; align-items: flex-end; margin: .25rem 0; }
textarea { flex: 1; min-width: 0; min-height: 2.9rem; max-height: 30vh; padding: .5rem .75rem; border: 2px solid var(--edge); border-radius: .5rem; background: var(--paper); resize: none; line-height: 1.6; }
.send { flex: none; min-height: 2.9rem; padding: 0 1.1rem; border: 2px solid var(--brand); border-radius: .5rem; background: var(--brand); color: #fff; font-weight: 700; }
.hint { font-size: .875rem; line-height: 1.4; color: var(--soft); }
:host([data-furigana="on"]) :is(.hint, .heading p, .contact) { line-height: 2; }
.left { float: right; color: var(--warn); font-weight: 700; }

/* On a narrow screen what a line is about stands above it. */
@container chat (max-width: 20em) {
  dl { display: block; }
  dt { padding-top: .4rem; }
  .log { padding-inline: .75rem; }
  .calendar { padding-inline: .4rem; }
}
/* A keyboard, a telephone on its side or large writing: what can be done without makes room for the talk. */
@container chat (max-width: 15em) or (max-height: 38em) {
  .heading p, .contact, #hint, form .hint:last-child:not(:has(.left:not(:empty))), .more { display: none; }
  .icon.call { display: grid; }
  .typing { position: absolute; bottom: 100%; left: 0; padding: 0 .6rem; }
  form { position: relative; padding-block: .3rem; }
  .field { margin: 0; }
  .top { padding-block: .1rem; }
  h2 { font-size: 1rem; }
}
@container chat (max-width: 15em) {
  .top, .log, form { padding-inline: .4rem; }
  .top { gap: 0; }
  h2 { font-size: max(16px, .8rem); }
  .icon { width: max(44px, 1.6rem); height: max(44px, 1.6rem); }
  textarea, .send { min-height: max(44px, 2.2rem); padding: .15rem .5rem; }
  .card { padding: .4rem; }
  .parts, .row { flex-wrap: wrap; }
}
/* On its side with the keyboard out hardly more than the talk and the field find a place. */
@container chat (max-height: 20em) and (min-width: 30em) {
  .panel { display: grid; grid-template: minmax(0, 1fr) auto auto / minmax(0, 1fr) auto; }
  .talk, .banner, form { grid-column: 1; }
  .top { grid-area: 1 / 2 / -1 / 3; flex-direction: column; padding: .1rem; gap: 0; }
  .heading { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .menu { inset: 0 100% auto auto; width: 20rem; max-height: 100cqh; }
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
  .paper :is(.opinion, .choices, .calendar, .row, .primary, .change, .note button) { display: none; }
  .paper .card, .paper li { break-inside: avoid; }
}
`);
