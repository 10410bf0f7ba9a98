/* <question-preview data-form="id">: the question as it stands in the form, as learners will see it. */

const LETTERS = "ABCDEF";

function element(name, className, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

class QuestionPreview extends HTMLElement {
  connectedCallback() {
    this.form = document.getElementById(this.dataset.form);
    this.hidden = false;
    this.form.addEventListener("input", () => this.draw());
    this.draw();
  }

  /** Texts of the options that will be kept; those of a judgement are fixed and stand in the labels. */
  options() {
    const typed = [...this.form.querySelectorAll("[name^=option_]:not([type=checkbox])")];
    if (typed.length) return typed.map((input) => input.value.trim()).filter(Boolean);
    return [...this.form.querySelectorAll("input[name=correct]")].map((input) => input.parentElement.textContent.trim());
  }

  draw() {
    const { stem, points } = this.form.elements;
    const head = element("p", "preview-stem");
    head.append(
      element("span", "question-number", "1. "),
      element("span", "preview-words", stem.value.trim() || this.dataset.empty),
      element("span", "question-points", ` ${this.dataset.points.replace("{1}", points.value || "–")}`),
    );
    const list = element("div", "question-options");
    this.options().forEach((text, index) => {
      const row = element("div", "choice");
      const box = element("span", this.dataset.multiple === "1" ? "preview-box" : "preview-dot");
      row.append(box, element("span", "option-letter", LETTERS[index]), element("span", "option-words", text));
      list.append(row);
    });
    this.querySelector("[data-preview]").replaceChildren(head, list);
  }
}

customElements.define("question-preview", QuestionPreview);
