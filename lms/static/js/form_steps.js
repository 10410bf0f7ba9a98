/* A long form, one step at a time: <form-steps> inside a form, its fieldsets.step with ids, a list of links to them.
 *
 * Nothing is sent or thrown away between steps: the fields stay where they are, only out of sight. The address keeps
 * the step (#id), so that reload and the browser's own Back work. Markup: components/_steps_form.html.
 */

import { goTo, objectTo } from "./forms.js";

class FormSteps extends HTMLElement {
  connectedCallback() {
    this.form = this.closest("form");
    this.steps = [...this.querySelectorAll("fieldset.step")];
    this.links = [...this.querySelectorAll(".steps a")];
    if (!this.form || this.steps.length < 2 || this.ready) return;
    this.ready = true;
    this.form.noValidate = true; // a field in another step could not be shown by the browser; submitted() checks instead
    this.dataset.ready = "";
    for (const [index, step] of this.steps.entries()) {
      const count = step.querySelector("[data-step-count]");
      count.textContent = this.dataset.count.replace("{1}", index + 1).replace("{2}", this.steps.length);
      count.hidden = false;
    }
    this.button("back").addEventListener("click", () => this.go(this.at - 1));
    this.button("next").addEventListener("click", () => this.next());
    this.links.forEach((link, index) =>
      link.addEventListener("click", (event) => {
        event.preventDefault();
        if (index <= this.at || this.allows(index)) this.go(index);
      }),
    );
    this.addEventListener("reveal", (event) => this.show(this.stepOf(event.target)));
    this.form.addEventListener("submit", (event) => this.submitted(event));
    this.onAddress = () => {
      const named = this.named();
      if (!location.hash || this.steps.some((step) => step.contains(named))) this.show(this.stepOf(named));
    };
    window.addEventListener("popstate", this.onAddress);
    const wrong = this.steps.findIndex((step) => "wrong" in step.dataset);
    this.reached = wrong >= 0 ? this.steps.length - 1 : 0;
    const asked = this.stepOf(this.named());
    this.show(wrong >= 0 ? wrong : asked);
    if (wrong >= 0) history.replaceState(null, "", `#${this.steps[wrong].id}`);
    // A reload keeps what was typed, so it keeps the step, too, unless a step before it is empty.
    if (wrong < 0 && !this.allows(asked, { quietly: true })) this.show(0);
  }

  disconnectedCallback() {
    window.removeEventListener("popstate", this.onAddress);
  }

  button(name) {
    return this.querySelector(`[data-step-${name}]`);
  }

  named() {
    return location.hash ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null;
  }

  stepOf(element) {
    return Math.max(this.steps.findIndex((step) => step.contains(element)), 0);
  }

  show(index) {
    this.at = index;
    this.reached = Math.max(this.reached, index);
    this.steps.forEach((step, number) => (step.hidden = number !== index));
    this.links.forEach((link, number) => {
      if (number === index) link.setAttribute("aria-current", "step");
      else link.removeAttribute("aria-current");
      link.toggleAttribute("data-passed", number < this.reached && number !== index);
    });
    const last = index === this.steps.length - 1;
    this.button("back").hidden = index === 0;
    this.button("next").hidden = last;
    this.button("submit").hidden = !last;
  }

  /** Show a step, remember it in the address, and read its heading out. */
  go(index) {
    this.show(index);
    history.pushState(null, "", `#${this.steps[index].id}`);
    const heading = this.steps[index].querySelector("legend");
    heading.focus({ preventScroll: true });
    this.scrollIntoView({ block: "start" });
  }

  next() {
    if (this.allows(this.at + 1)) this.go(this.at + 1);
  }

  /** Whether all steps before `index` are in order; if not, the first wrong field is shown (unless `quietly`). */
  allows(index, { quietly = false } = {}) {
    const wrong = this.steps.slice(0, index).flatMap((step) => [...step.elements].filter((control) => control.willValidate && !control.validity.valid));
    if (!wrong.length) return true;
    if (quietly) return false;
    wrong.forEach(objectTo);
    this.show(this.stepOf(wrong[0]));
    goTo(wrong[0]);
    if (!wrong[0].closest(".field")?.querySelector("[data-check]")) wrong[0].reportValidity();
    return false;
  }

  /** Enter in a field of an early step means "next"; the last step is sent when every step is in order. */
  submitted(event) {
    const last = this.at === this.steps.length - 1;
    if (last && this.allows(this.steps.length)) return;
    event.preventDefault();
    event.stopPropagation();
    if (!last) this.next();
  }
}

customElements.define("form-steps", FormSteps);
