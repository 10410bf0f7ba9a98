/* What may come into the editor from outside: pasted from Word and web pages, or read from the field.
 *
 * The HTML is read into a document without scripts, pictures or styles, and a new tree is built from the few elements
 * we keep: nothing of the foreign tree itself enters the page. The server cleans once more (lms/common/rich_text.py);
 * this here is for what people see while they write.
 */

const BLOCKS = { P: "p", H1: "h2", H2: "h2", H3: "h3", H4: "h3", H5: "h3", H6: "h3", BLOCKQUOTE: "blockquote", UL: "ul", OL: "ol", LI: "li" };
const MARKS = { B: "b", STRONG: "b", I: "i", EM: "i", U: "u", SUB: "sub", SUP: "sup" };
const DROPPED = new Set(["SCRIPT", "STYLE", "TITLE", "META", "LINK", "TEMPLATE", "NOSCRIPT", "TEXTAREA", "SELECT", "SVG", "MATH", "IFRAME", "OBJECT", "HEAD"]);
const BOXES = new Set(["DIV", "SECTION", "ARTICLE", "HEADER", "FOOTER", "MAIN", "ASIDE", "TR", "PRE", "DD", "DT", "FIGCAPTION", "CAPTION"]);

/** The address if people may be led there, else "". What looks like a host or a mail address gets its beginning. */
export function linkAddress(typed) {
  let address = typed.trim();
  if (/^[^\s@:/]+@[^\s@:/]+\.[^\s@:/]+$/.test(address)) address = `mailto:${address}`;
  else if (/^[\w-]+(\.[\w-]+)+(:\d+)?([/?#]|$)/.test(address)) address = `https://${address}`;
  return /^(https?:\/\/[^\s/]|mailto:[^\s]*@)[^\s]*$/i.test(address) ? address : "";
}

/** A fragment made of our own elements only. `html` is anybody's. */
export function readForeign(html) {
  const parsed = new DOMParser().parseFromString(quiet(html), "text/html");
  const fragment = document.createDocumentFragment();
  copy(parsed.body, fragment);
  wrapLoose(fragment);
  return fragment;
}

/** The page's policy refuses styles and handlers even in a document nobody sees, and says so in the console. So they go
 * before it is read; what a style says about bold and italic is kept in data-look. Nothing depends on this for safety. */
function quiet(html) {
  return html
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/<(style|script)\b[\s\S]*?<\/\1\s*>/gi, "")
    .replace(/<[a-z](?:[^>"']|"[^"]*"|'[^']*')*>/gi, (tag) =>
      tag.replace(/([\s/"'])(on[a-z]+|style)\s*=\s*("[^"]*"|'[^']*'|[^\s>]+)/gi, (_all, before, name, value) =>
        name.toLowerCase() === "style" ? `${before} data-look="${lookOf(value)}"` : before,
      ),
    );
}

/** Words beside paragraphs become a paragraph; words alone stay words, to be put into a sentence. */
function wrapLoose(fragment) {
  const blocks = "p, h2, h3, blockquote, ul, ol";
  if (![...fragment.children].some((child) => child.matches(blocks))) return;
  let paragraph = null;
  for (const node of [...fragment.childNodes]) {
    if (node.nodeType === Node.ELEMENT_NODE && node.matches(blocks)) {
      paragraph = null;
    } else if (paragraph || node.textContent.trim()) {
      if (!paragraph) {
        paragraph = document.createElement("p");
        node.before(paragraph);
      }
      paragraph.append(node);
    } else {
      node.remove();
    }
  }
}

function lookOf(style) {
  const look = [];
  if (/font-weight\s*:\s*(bold|[6-9]00)/i.test(style)) look.push("b");
  if (/font-weight\s*:\s*(normal|[1-4]00)/i.test(style)) look.push("plain");
  if (/font-style\s*:\s*italic/i.test(style)) look.push("i");
  if (/mso-list\s*:\s*ignore/i.test(style)) look.push("bullet");
  return look.join(" ");
}

function copy(from, to) {
  for (const node of from.childNodes) {
    if (node.nodeType === Node.TEXT_NODE) {
      to.append(node.data.replace(/[ \t\r\n\f]+/g, " "));
    } else if (node.nodeType === Node.ELEMENT_NODE) {
      copyElement(node, to);
    }
  }
}

function copyElement(node, to) {
  const look = (node.dataset?.look || "").split(" ");
  if (DROPPED.has(node.nodeName.toUpperCase()) || look.includes("bullet")) return;
  if (node.nodeName === "BR") {
    to.append(document.createElement("br"));
    return;
  }
  let inner = to;
  const wrap = (name) => {
    const element = document.createElement(name);
    inner.append(element);
    inner = element;
  };
  const wordList = node.nodeName === "P" && /MsoListParagraph/.test(node.className);
  if (wordList) {
    inner = listOfWord(node, to);
  } else if (to.nodeName === "LI" && node.nodeName === "P") {
    if (to.textContent.trim()) to.append(document.createElement("br"));
  } else if (BLOCKS[node.nodeName]) {
    wrap(BLOCKS[node.nodeName]);
  } else if (BOXES.has(node.nodeName) && !node.querySelector("p, div, ul, ol, table, h1, h2, h3, h4, blockquote")) {
    wrap("p");
  } else if (node.nodeName === "A") {
    const address = linkAddress(node.getAttribute("href") || "");
    if (address) {
      wrap("a");
      inner.href = address;
    }
  } else if (MARKS[node.nodeName] && !look.includes("plain")) {
    wrap(MARKS[node.nodeName]);
  }
  if (!BLOCKS[node.nodeName] && look.includes("b")) wrap("b");
  if (!BLOCKS[node.nodeName] && look.includes("i")) wrap("i");
  if (node.nodeName === "TD" || node.nodeName === "TH") inner.append(" ");
  copy(node, inner);
}

/** Word writes lists as paragraphs with the number in a span of its own; here they become list items again. */
function listOfWord(node, to) {
  const sign = [...node.querySelectorAll("[data-look~=bullet]")].map((part) => part.textContent).join("").trim();
  const name = /^[\d一二三四五六七八九十(（a-z]/i.test(sign) && !/^o$/i.test(sign) ? "ol" : "ul";
  let list = to.lastElementChild;
  if (!list || list.localName !== name) {
    list = document.createElement(name);
    to.append(list);
  }
  const item = document.createElement("li");
  list.append(item);
  return item;
}
