/* Put into every page that the tests open (not sent by the site): what can only be measured inside a browser. */

window.pageChecks = (() => {
  const violations = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile || ""}:${event.lineNumber}`);
  });

  /** A short name of an element for a report: 'main > div.card > a.btn “Open”'. */
  function name(element) {
    const one = (node) => {
      const classes = [...node.classList].slice(0, 2).map((part) => `.${part}`);
      return node.tagName.toLowerCase() + (node.id ? `#${node.id}` : "") + classes.join("");
    };
    const parent = element.parentElement;
    const words = (element.innerText || element.getAttribute("aria-label") || "").trim().replace(/\s+/g, " ").slice(0, 24);
    return (parent ? `${one(parent)} > ` : "") + one(element) + (words ? ` “${words}”` : "");
  }

  const shown = (element) => element.checkVisibility({ visibilityProperty: true });

  /** What makes the page wider than the window; null when nothing does. */
  function overflow() {
    const root = document.documentElement;
    const wide = Math.max(root.scrollWidth, document.body.scrollWidth) - root.clientWidth;
    const hides = [root, document.body].some((node) => ["hidden", "clip"].includes(getComputedStyle(node).overflowX));
    if (wide <= 0 && !hides) return null;
    const guilty = [];
    for (const element of document.body.querySelectorAll("*")) {
      const box = element.getBoundingClientRect();
      if (box.right <= root.clientWidth + 0.5 || box.width === 0 || !shown(element)) continue;
      let parent = element.parentElement;
      while (parent && parent !== document.body && getComputedStyle(parent).overflowX === "visible") parent = parent.parentElement;
      const own = getComputedStyle(element).position === "fixed";
      if (own || !parent || parent === document.body) guilty.push(element);
    }
    const innermost = guilty.filter((element) => !guilty.some((other) => other !== element && element.contains(other)));
    if (wide <= 0 && !innermost.length) return null;
    return `${wide} px too wide: ${innermost.slice(0, 3).map(name).join(", ") || "no element sticks out"}`;
  }

  /** Everything about the page's build that needs no picture of it. */
  function build() {
    const wrong = violations.splice(0).map((text) => `content security policy: ${text}`);
    const headings = [...document.querySelectorAll("h1, h2, h3, h4, h5, h6")].filter(shown);
    const firsts = headings.filter((heading) => heading.tagName === "H1").length;
    if (firsts !== 1) wrong.push(`${firsts} headings of the first level`);
    let level = 0;
    for (const heading of headings) {
      const next = Number(heading.tagName[1]);
      if (next > level + 1) wrong.push(`heading level ${next} after ${level}: ${name(heading)}`);
      level = next;
    }
    if (!document.title.trim()) wrong.push("no title");
    if (!document.documentElement.lang) wrong.push("no language");
    for (const image of document.images) if (!image.hasAttribute("alt")) wrong.push(`no alt: ${image.src}`);
    const ids = new Map();
    for (const element of document.querySelectorAll("[id]")) ids.set(element.id, (ids.get(element.id) || 0) + 1);
    for (const [id, count] of ids) if (count > 1) wrong.push(`the id ${id} stands ${count} times`);
    return wrong;
  }

  /** What moves although the person asked for less motion. */
  function motion() {
    const moving = new Set();
    const seconds = (text) => Math.max(...text.split(",").map((part) => parseFloat(part) * (part.includes("ms") ? 0.001 : 1)));
    for (const element of document.querySelectorAll("body, body *")) {
      for (const pseudo of [null, "::before", "::after"]) {
        const style = getComputedStyle(element, pseudo);
        if (pseudo && style.content === "none") continue;
        const animated = style.animationName !== "none" && seconds(style.animationDuration) > 0.01;
        if (animated || seconds(style.transitionDuration) > 0.01) moving.add(name(element).split(" “")[0] + (pseudo || ""));
      }
    }
    return [...moving];
  }

  /** Links: [address, words]; fragments of this page that lead nowhere are told apart. */
  function links() {
    const found = [...document.querySelectorAll("a[href], area[href]")].map((link) => link.href);
    const forms = [...document.querySelectorAll("form[method=get], form:not([method])")].filter((form) => form.hasAttribute("action"));
    return [...new Set(found.concat(forms.map((form) => form.action)))];
  }

  // --- The keyboard ---------------------------------------------------------------------------------------------

  const before = new WeakMap();
  const look = (element) => {
    const style = getComputedStyle(element);
    const parts = [style.boxShadow, style.borderColor, style.backgroundColor, style.textDecorationLine];
    return parts.concat(["::before", "::after"].map((pseudo) => getComputedStyle(element, pseudo).boxShadow)).join("|");
  };
  const outlined = (element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  };

  /** Remember how everything looks without the focus, and number the elements in the document's order. */
  function beforeFocus() {
    [...document.querySelectorAll("body, body *")].forEach((element, place) => {
      before.set(element, { place, look: look(element) });
    });
  }

  /** The element with the focus: its place in the document, and what is wrong with how it shows. */
  function focused() {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    const near = [element, ...(element.labels || []), element.parentElement, element.nextElementSibling, element.closest("label")];
    const drawn = near.filter(Boolean).some((one) => outlined(one) || (before.has(one) && before.get(one).look !== look(one)));
    const wrong = drawn ? [] : ["no visible focus"];
    const box = element.getBoundingClientRect();
    const tiny = box.width < 4 || box.height < 4 || getComputedStyle(element).opacity === "0";
    const target = tiny ? element.labels?.[0] || element.closest("label") || element.parentElement : element;
    if (!target.contains(element) && !inView(target)) wrong.push("hidden or covered");
    else if (target.contains(element) && !inView(target)) wrong.push("hidden or covered");
    return { name: name(element), place: before.get(element)?.place ?? -1, wrong };
  }

  /** Whether at least a part of the element can be seen (WCAG 2.4.11): nine points of it are tried. */
  function inView(element) {
    const { left, top, width, height } = element.getBoundingClientRect();
    for (const across of [0.1, 0.5, 0.9]) {
      for (const down of [0.1, 0.5, 0.9]) {
        const hit = document.elementFromPoint(left + width * across, top + height * down);
        if (hit && (element.contains(hit) || hit.contains(element))) return true;
      }
    }
    return false;
  }

  return { overflow, build, motion, links, beforeFocus, focused, name };
})();
