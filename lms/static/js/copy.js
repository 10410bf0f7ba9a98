/* <copy-text> of components/_copy.html: puts its text on the clipboard and says so beside the button. */

/** Copy where the page has no clipboard of its own: sites without HTTPS, older WebViews. */
function copyByHand(text) {
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "visually-hidden";
  document.body.append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  return done;
}

class CopyText extends HTMLElement {
  connectedCallback() {
    const button = this.querySelector("button");
    if (!button.hidden) return;
    button.hidden = false;
    button.addEventListener("click", () => this.copy(button));
  }

  async copy(button) {
    const text = this.querySelector(".copy-value").textContent.trim();
    let done = false;
    try {
      await navigator.clipboard.writeText(text);
      done = true;
    } catch {
      done = copyByHand(text);
      button.focus();
    }
    const answer = this.querySelector(".copy-answer");
    answer.toggleAttribute("data-failed", !done);
    answer.textContent = done ? this.dataset.done : this.dataset.failed;
  }
}

if (!customElements.get("copy-text")) customElements.define("copy-text", CopyText);
