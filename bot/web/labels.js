// The widget's own words. 漢字[かんじ] carries its reading, which the furigana switch shows.

import { h } from "./dom.js";

export const LABELS = {
  launcher: "更新[こうしん]の予約[よやく]・相談[そうだん]",
  title: "電子[でんし]証明書[しょうめいしょ]の更新[こうしん]",
  subtitle: "自動[じどう]でお答[こた]えします",
  close: "閉[と]じる",
  menu: "メニュー",
  furigana: "ふりがなを付[つ]ける",
  large: "文字[もじ]を大[おお]きくする",
  contrast: "色[いろ]をはっきりさせる",
  earlier: "前[まえ]のやりとりを見[み]る",
  more: "続[つづ]きを見[み]る",
  restart: "最初[さいしょ]からやり直[なお]す",
  print_talk: "このお話[はなし]を印刷[いんさつ]する",
  delete: "このお話[はなし]を消[け]す",
  delete_question: "ここまでのお話[はなし]をすべて消[け]します。できた予約[よやく]は消[き]えません。",
  delete_yes: "消[け]す",
  delete_no: "やめる",
  deleted: "お話[はなし]を消[け]しました。",
  phone: "お電話[でんわ]",
  log: "お話[はなし]の記録[きろく]",
  message: "メッセージ",
  hint: "例[れい]：持[も]ち物[もの]は？　木曜[もくよう]の夜[よる]に予約[よやく]したい",
  warning: "個人[こじん]番号[ばんごう]・暗証[あんしょう]番号[ばんごう]は書[か]かないでください",
  send: "送[おく]る",
  typing: "お答[こた]えを用意[ようい]しています",
  slow: "お待[ま]たせしています。このままお待[ま]ちいただくか、お電話[でんわ]ください。",
  me: "あなた",
  bot: "案内[あんない]",
  failed: "送[おく]れませんでした。",
  retry: "もう一度[いちど]送[おく]る",
  offline: "通信[つうしん]が切[き]れています。つながると送[おく]れます。",
  no_server: "いま、つながりません。お電話[でんわ]でもご案内[あんない]します。",
  reconnect: "もう一度[いちど]つなぐ",
  ended: "時間[じかん]がたったため、前[まえ]のお話[はなし]は終[お]わりました。書[か]くと、新[あたら]しく始[はじ]まります。",
  begin_anew: "新[あたら]しく始[はじ]める",
  too_long: "300文字[もじ]までにしてください",
  unread: "新[あたら]しいお返事[へんじ]があります",
  choices: "選[えら]べるもの",
  next_free: "いちばん早[はや]い空[あ]き",
  week_before: "前[まえ]の週[しゅう]",
  week_after: "次[つぎ]の週[しゅう]",
  as_list: "一覧[いちらん]で見[み]る",
  as_table: "表[ひょう]で見[み]る",
  morning: "午前[ごぜん]",
  afternoon: "午後[ごご]",
  evening: "夜間[やかん]",
  time: "時刻[じこく]",
  legend: "○ 空[あ]きあり　△ 残[のこ]りわずか　× 満席[まんせき]",
  keys: "矢印[やじるし]キーで動[うご]き、Enterで選[えら]びます。",
  none_free: "この週[しゅう]に空[あ]きはありません。",
  later: "これより先[さき]の日[ひ]は、日[ひ]にちを書[か]いてください。",
  bring: "持[も]ち物[もの]",
  pins: "窓口[まどぐち]で入力[にゅうりょく]する番号[ばんごう]",
  pins_note: "番号[ばんごう]は書[か]かずに、覚[おぼ]えておいてください",
  waived: "今回[こんかい]は省[はぶ]けます",
  print: "印刷[いんさつ]",
  copy: "コピー",
  copied: "コピーしました",
  not_copied: "コピーできませんでした",
  booking: "予約[よやく]カード",
  changed: "変更[へんこう]する前[まえ]の予約[よやく]です。",
  cancelled: "取[と]り消[け]した予約[よやく]です。",
  code: "予約[よやく]番号[ばんごう]",
  when: "日時[にちじ]",
  where: "窓口[まどぐち]",
  map: "地図[ちず]",
  calendar_file: "カレンダーに入[い]れる",
};

const READING = /([一-龯々〆ヶ]+)\[([ぁ-ん]+)\]/;
let furigana = false;

export const plain = key => LABELS[key].replace(new RegExp(READING, "g"), "$1");

// A label as an element that follows the furigana switch.
export function label(key, tag = "span", attributes = {}) {
  return fill(h(tag, { "data-label": key, ...attributes }));
}

export function showFurigana(on, root) {
  furigana = on;
  root.querySelectorAll("[data-label]").forEach(fill);
}

function fill(element) {
  const key = element.dataset.label;
  if (!furigana) {
    element.replaceChildren(plain(key));
    return element;
  }
  // split() yields text, kanji, reading, text, kanji, reading, …, text
  const parts = LABELS[key].split(READING);
  element.replaceChildren();
  for (let i = 0; i < parts.length; i += 3) {
    element.append(parts[i]);
    if (parts[i + 1]) element.append(h("ruby", {}, parts[i + 1], h("rt", {}, parts[i + 2])));
  }
  return element;
}
