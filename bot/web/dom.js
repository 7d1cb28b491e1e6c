// Builds elements. Text is only ever text: nothing here reads HTML.

export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat().filter(Boolean));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(path) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const drawn = document.createElementNS(SVG, "path");
  drawn.setAttribute("d", path);
  svg.append(drawn);
  return svg;
}

const SENTENCE = /[^。]*。[」）]*|[^。]+$/g;
const ADDRESS = /(https:\/\/[\w.~%!$&'()*+,;=:@/?#-]+)/;
const PHONE = /(0\d{1,3}-\d{2,4}-\d{3,4})/;
// What stays on one line where it fits: a booking's code, a date, a time, a floor, a name.
const WHOLE = /([0-9A-Z]{5}-[0-9A-Z]{5}|令和\d+年|\d+月\d+日(?:（.）)?|\d+時\d+分|[一-龯]+\d階|[ァ-ヶー]+ 様)/;
const BRACKETS = /(（[^（）]+）)/;

// A text of the bot as lines; "・" begins an item of a list, a sentence begins a line of its own
// where it does not fit the one before, telephone numbers can be called and addresses followed.
export function lines(text) {
  return text.split("\n").map(line => (line.startsWith("・")
    ? h("span", { class: "line item" }, words(line))
    : h("span", { class: "line" },
      (line.match(SENTENCE) ?? []).map(sentence => h("span", { class: "whole" }, words(sentence))))));
}

const words = text => text.split(ADDRESS).flatMap(part => (ADDRESS.test(part) ? address(part) : numbers(part)));

const numbers = text => text.split(PHONE).flatMap(part => (PHONE.test(part) ? phone(part) : whole(part, WHOLE)));

const address = url => h("a", { class: "address", href: url, rel: "noopener", target: "_blank" }, url);

const whole = (text, what) => text.split(what).map(piece => (what.test(piece) ? h("span", { class: "whole" }, piece) : piece));

// A line of which dates, times, codes and names stay whole.
export const pieces = text => whole(text, WHOLE);

// A name whose brackets stay whole.
export const named = text => whole(text, BRACKETS);

export const phone = number => h("a", { href: `tel:${number}` }, number);

export const unseen = text => h("span", { class: "unseen" }, text);
