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

const PHONE = /(0\d{1,3}-\d{2,4}-\d{3,4})/;
const CODE = /([0-9A-Z]{5}-[0-9A-Z]{5})/; // a booking's code stays on one line

// A text of the bot as lines; "・" begins an item of a list, and telephone numbers can be called.
export function lines(text) {
  return text.split("\n").map(line =>
    h("span", { class: line.startsWith("・") ? "line item" : "line" },
      line.split(PHONE).flatMap(part => (PHONE.test(part) ? phone(part) : part.split(CODE).map(words =>
        (CODE.test(words) ? h("span", { class: "whole" }, words) : words))))));
}

export const phone = number => h("a", { href: `tel:${number}` }, number);

export const unseen = text => h("span", { class: "unseen" }, text);
