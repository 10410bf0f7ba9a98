/* What there is to read on a page: its text in sentences, each with the place where it stands. */

const SKIPPED = "nav, [role=navigation], [aria-hidden=true], [hidden], script, style, template, noscript, svg, video, audio, " +
  "select, textarea, datalist, .visually-hidden, .skip-link, .pagination, .breadcrumb, read-aloud, .elder-bar, [data-read-aloud=no]";
const INLINE = /^(inline|contents|ruby)/;
const LONGEST = 180; // voices that speak from afar fall silent after about 15 seconds

/**
 * @param {Element} root what to read
 * @param {Range | null} picked only what lies in it, null for all
 * @returns {{text: string, range: Range, block: Element}[]} one for each sentence, or row of a table
 */
export function sentences(root, picked = null) {
  const found = [];
  let block = null;
  let parts = [];
  const finish = () => {
    if (block) found.push(...cut(block, parts));
    parts = [];
  };
  const visit = (node) => {
    if (picked && !picked.intersectsNode(node)) return;
    if (node.nodeType === Node.TEXT_NODE) {
      const owner = blockOf(node.parentElement);
      if (owner !== block) {
        finish();
        block = owner;
      }
      const from = picked?.startContainer === node ? picked.startOffset : 0;
      const to = picked?.endContainer === node ? picked.endOffset : node.length;
      if (to > from) parts.push({ node, from, text: node.data.slice(from, to) });
      return;
    }
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIPPED) || !isShown(node)) return;
    if (node.matches("br")) return finish();
    if (node.matches("table") && !picked && node.tHead) {
      finish();
      found.push(...rows(node));
      return;
    }
    // What belongs to a closed <details> is not on the page.
    const children = node.matches("details:not([open])") ? node.querySelectorAll(":scope > summary") : node.childNodes;
    for (const child of children) visit(child);
    if (!INLINE.test(getComputedStyle(node).display)) finish();
  };
  visit(root);
  finish();
  return found;
}

function isShown(element) {
  const style = getComputedStyle(element);
  return style.visibility === "visible" && style.display !== "none";
}

function blockOf(element) {
  while (element.parentElement && INLINE.test(getComputedStyle(element).display)) element = element.parentElement;
  return element;
}

/** The text of one block in sentences: after a mark that ends one, or at a comma where one is too long. */
function cut(block, parts) {
  const text = parts.map((part) => part.text).join("");
  const found = [];
  for (const [from, to] of limits(text)) {
    const words = text.slice(from, to).replace(/\s+/g, " ").trim();
    if (!/[\p{L}\p{N}]/u.test(words)) continue;
    const range = document.createRange();
    range.setStart(...place(parts, from + text.slice(from, to).search(/\S/)));
    range.setEnd(...place(parts, from + text.slice(from, to).trimEnd().length));
    found.push({ text: words, range, block });
  }
  return found;
}

function limits(text) {
  const ends = /[。！？!?；;…]+[”’"'』」）)]*|\.(?=\s)|[，、,：:](?=\s|[^\x00-\x7f])/g;
  const found = [];
  let from = 0;
  let comma = 0;
  for (const match of text.matchAll(ends)) {
    const to = match.index + match[0].length;
    const isComma = /^[，、,：:]/.test(match[0]);
    if (to - from > LONGEST && comma > from) {
      found.push([from, comma]);
      from = comma;
    }
    if (isComma) {
      comma = to;
    } else {
      found.push([from, to]);
      from = to;
    }
  }
  if (from < text.length) found.push([from, text.length]);
  return found;
}

/** The text node and the offset in it where character `position` of the parts stands. */
function place(parts, position) {
  for (const part of parts) {
    if (position <= part.text.length) return [part.node, part.from + position];
    position -= part.text.length;
  }
  const last = parts[parts.length - 1];
  return [last.node, last.from + last.text.length];
}

/** A table with a head, row by row; each cell after the name of its column. */
function rows(table) {
  const found = [];
  const add = (element, text) => {
    if (!text) return;
    const range = document.createRange();
    range.selectNodeContents(element);
    found.push({ text, range, block: element });
  };
  if (table.caption && isShown(table.caption)) add(table.caption, plain(table.caption));
  const heads = [...(table.tHead.rows[table.tHead.rows.length - 1]?.cells ?? [])].map(plain);
  for (const row of [...table.tBodies].flatMap((body) => [...body.rows]).concat([...(table.tFoot?.rows ?? [])])) {
    if (!row.matches(SKIPPED) && isShown(row)) {
      let column = 0;
      const cells = [...row.cells].map((cell) => {
        const head = cell.dataset.label ?? heads[column] ?? "";
        column += cell.colSpan;
        const text = plain(cell);
        return text && head && cell.tagName === "TD" ? `${head}：${text}` : text;
      });
      add(row, cells.filter(Boolean).join("；"));
    }
  }
  return found;
}

function plain(element) {
  if (element.matches(SKIPPED) || !isShown(element)) return "";
  let text = "";
  for (const child of element.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) text += child.data;
    else if (child.nodeType === Node.ELEMENT_NODE) text += ` ${plain(child)} `;
  }
  return text.replace(/\s+/g, " ").trim();
}
