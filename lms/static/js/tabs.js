/* Tabs of one page.
 *
 *   <tab-set aria-label="…">
 *     <section id="facts"><h3>Facts</h3> … </section>
 *     <section id="history"><h3>History</h3> … </section>
 *   </tab-set>
 *
 * Without script, and on paper, these are sections one below the other. The first is shown, or the one the address names,
 * or the first in which a field is wrong. Arrow keys, Home and End go from tab to tab.
 */

let count = 0;

class TabSet extends HTMLElement {
  connectedCallback() {
    if (this.querySelector(":scope > [role=tablist]")) return;
    this.panels = [...this.querySelectorAll(":scope > section")];
    const list = document.createElement("div");
    list.className = "nav nav-tabs";
    list.setAttribute("role", "tablist");
    if (this.hasAttribute("aria-label")) list.setAttribute("aria-label", this.getAttribute("aria-label"));
    this.removeAttribute("aria-label");
    this.tabs = this.panels.map((panel) => this.tabFor(panel));
    list.append(...this.tabs);
    this.prepend(list);
    list.addEventListener("click", (event) => {
      const tab = event.target.closest("[role=tab]");
      if (tab) this.select(this.tabs.indexOf(tab));
    });
    list.addEventListener("keydown", (event) => this.move(event));
    const named = location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
    const first = this.panels.findIndex((panel) => panel.querySelector("[aria-invalid=true]"));
    const asked = this.panels.findIndex((panel) => named && panel.contains(named));
    this.select(Math.max(0, first >= 0 ? first : asked));
  }

  tabFor(panel) {
    const heading = panel.querySelector("h2, h3, h4");
    const tab = document.createElement("button");
    count += 1;
    panel.id = panel.id || `tab-panel-${count}`;
    tab.type = "button";
    tab.id = `${panel.id}-tab`;
    tab.className = "nav-link";
    tab.textContent = heading.textContent;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", panel.id);
    heading.classList.add("tab-heading");
    panel.classList.add("tab-panel");
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.tabIndex = 0;
    return tab;
  }

  select(index) {
    this.tabs.forEach((tab, at) => {
      const chosen = at === index;
      tab.setAttribute("aria-selected", String(chosen));
      tab.classList.toggle("active", chosen);
      tab.tabIndex = chosen ? 0 : -1;
      this.panels[at].hidden = !chosen;
    });
  }

  move(event) {
    const at = this.tabs.indexOf(document.activeElement);
    const last = this.tabs.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at ? at - 1 : last, Home: 0, End: last }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    this.select(to);
    this.tabs[to].focus();
  }
}

if (!customElements.get("tab-set")) customElements.define("tab-set", TabSet);
