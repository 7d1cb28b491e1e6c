// Draws lines of text as a picture: [{text, size, bold, soft}], black on white, as wide as a phone.

const WIDTH = 780;
const MARGIN = 48;
const FONT = '"Hiragino Sans", "Noto Sans JP", "Noto Sans CJK JP", "Yu Gothic UI", Meiryo, sans-serif';

export function picture(lines) {
  const canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d");
  let height = MARGIN;
  const placed = lines.flatMap(line => wrapped(paper, line).map(text => {
    height += line.size * (line.soft ? 1.9 : 1.45);
    return { ...line, text, y: height };
  }));
  canvas.width = WIDTH;
  canvas.height = height + MARGIN;
  paper.fillStyle = "#fff";
  paper.fillRect(0, 0, canvas.width, canvas.height);
  for (const { text, y, ...line } of placed) {
    paper.font = fontOf(line);
    paper.fillStyle = line.soft ? "#4d4d4d" : "#1a1a1a";
    paper.fillText(text, MARGIN, y);
  }
  return new Promise(done => canvas.toBlob(done, "image/png"));
}

const fontOf = ({ size, bold }) => `${bold ? "bold " : ""}${size}px ${FONT}`;

function wrapped(paper, line) {
  paper.font = fontOf(line);
  const found = [""];
  for (const sign of line.text) {
    const full = paper.measureText(found.at(-1) + sign).width > WIDTH - 2 * MARGIN;
    if (full && !"、。）」".includes(sign)) found.push(""); // these never begin a line
    found[found.length - 1] += sign;
  }
  return found;
}
