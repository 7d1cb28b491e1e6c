// The widget's own words. 漢字[かんじ] carries its reading, which the furigana switch shows;
// {…} is filled where the words are used.

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
  hint_date: "例[れい]：令和[れいわ]9年[ねん]2月[がつ]20日[か]　R9.2.20",
  hint_birthday: "例[れい]：昭和[しょうわ]40年[ねん]3月[がつ]5日[か]　S40.3.5",
  hint_visit: "例[れい]：来週[らいしゅう]の木曜[もくよう]　なるべく早[はや]く",
  hint_name: "例[れい]：サトウ ハナコ",
  hint_phone: "例[れい]：090-1234-5678",
  hint_code: "例[れい]：K7PMA-4QXD3",
  hint_digits: "例[れい]：5678",
  warning: "個人[こじん]番号[ばんごう]・暗証[あんしょう]番号[ばんごう]は書[か]かないでください",
  send: "送[おく]る",
  typing: "お答[こた]えを用意[ようい]しています",
  slow: "お待[ま]たせしています。このままお待[ま]ちいただくか、お電話[でんわ]ください。",
  me: "あなた",
  bot: "案内[あんない]",
  failed: "送[おく]れませんでした。",
  waits: "まだ送[おく]れていません。つながったら、お送[おく]りします。",
  retry: "もう一度[いちど]送[おく]る",
  offline: "通信[つうしん]が切[き]れています。書[か]いたものは、つながったらお送[おく]りします。",
  no_server: "いま、つながりません。お電話[でんわ]でもご案内[あんない]します。",
  reconnect: "もう一度[いちど]つなぐ",
  ended: "時間[じかん]がたったため、前[まえ]のお話[はなし]は終[お]わりました。書[か]くと、新[あたら]しく始[はじ]まります。",
  begin_anew: "新[あたら]しく始[はじ]める",
  too_long: "1000文字[もじ]までにしてください",
  unread: "新[あたら]しいお返事[へんじ]があります",
  choices: "選[えら]べるもの",
  left: "質問[しつもん]は、あと{n}つほどです",
  left_many: "質問[しつもん]は、あと{n}個[こ]ほどです",
  left_one: "質問[しつもん]は、これが最後[さいご]です",
  left_none: "内容[ないよう]を確[たし]かめて、終[お]わりです",
  helpful: "役[やく]に立[た]ちましたか",
  yes: "はい",
  no: "いいえ",
  helpful_thanks: "お答[こた]えありがとうございます。",
  helpful_why: "理由[りゆう]をひとことで（書[か]かなくてもかまいません）",
  next_free: "いちばん早[はや]い空[あ]き",
  week_before: "前[まえ]の週[しゅう]",
  week_after: "次[つぎ]の週[しゅう]",
  as_list: "一覧[いちらん]で見[み]る",
  as_table: "表[ひょう]で見[み]る",
  as_months: "月[つき]ごとに見[み]る",
  morning: "午前[ごぜん]",
  afternoon: "午後[ごご]",
  evening: "夜間[やかん]",
  time: "時刻[じこく]",
  legend: "○ 空[あ]きあり　△ 残[のこ]りわずか　× 満席[まんせき]",
  days_free: "空[あ]きのある日[ひ]",
  free: "空[あ]き",
  few: "少[すこ]し",
  full: "満席[まんせき]",
  closed_day: "{day}は、{why}のためお休[やす]みです。",
  keys: "矢印[やじるし]キーで動[うご]き、Enterで選[えら]びます。",
  none_free: "この週[しゅう]に空[あ]きはありません。",
  other_days: "この窓口[まどぐち]のほかの日[ひ]",
  later: "もっと先[さき]の日[ひ]",
  chosen: "{what}を選[えら]びました。",
  used: "この表[ひょう]は使[つか]い終[お]わりました。",
  summary: "ご予約[よやく]の内容[ないよう]",
  change: "変更[へんこう]",
  bring: "持[も]ち物[もの]",
  pins: "窓口[まどぐち]で入力[にゅうりょく]する番号[ばんごう]",
  pins_short: "窓口[まどぐち]で入力[にゅうりょく]",
  pins_note: "番号[ばんごう]は書[か]かずに、覚[おぼ]えておいてください",
  everybody: "皆[みな]さん",
  waived: "今回[こんかい]は省[はぶ]けます",
  print: "印刷[いんさつ]",
  copy: "コピー",
  copied: "コピーしました",
  not_copied: "コピーできませんでした",
  picture: "画像[がぞう]で保存[ほぞん]",
  share: "送[おく]る・共有[きょうゆう]",
  booking: "予約[よやく]カード",
  changed: "変更[へんこう]する前[まえ]の予約[よやく]です。",
  cancelled: "取[と]り消[け]した予約[よやく]です。",
  code: "予約[よやく]番号[ばんごう]",
  when: "日時[にちじ]",
  where: "窓口[まどぐち]",
  names: "お名前[なまえ]",
  map: "地図[ちず]",
  calendar_file: "カレンダーに入[い]れる",
};

const READING = /([一-龯々〆ヶ]+)\[([ぁ-ん]+)\]/;
let furigana = false;

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

export const plain = (key, values = {}) => filled(LABELS[key].replace(new RegExp(READING, "g"), "$1"), values);

// A label as an element that follows the furigana switch.
export function label(key, tag = "span", attributes = {}, values = {}) {
  return fill(h(tag, { "data-label": key, "data-values": JSON.stringify(values), ...attributes }));
}

export function showFurigana(on, root) {
  furigana = on;
  root.querySelectorAll("[data-label]").forEach(fill);
}

function fill(element) {
  const key = element.dataset.label;
  const values = JSON.parse(element.dataset.values);
  if (!furigana) {
    element.replaceChildren(plain(key, values));
    return element;
  }
  // split() yields text, kanji, reading, text, kanji, reading, …, text
  const parts = LABELS[key].split(READING);
  element.replaceChildren();
  for (let i = 0; i < parts.length; i += 3) {
    element.append(filled(parts[i], values));
    if (parts[i + 1]) element.append(h("ruby", {}, parts[i + 1], h("rt", {}, parts[i + 2])));
  }
  return element;
}
